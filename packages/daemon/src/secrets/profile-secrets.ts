import type { SecretStore } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';

/** The secrets of a profile, wherever they are kept. */
export interface ProfileSecrets extends SecretStore {
  /**
   * Rejects with a NatterError of code `secret` when secrets could not be kept now: to be asked before somebody is led
   * through a sign-in whose fruit would be lost.
   */
  check(): Promise<void>;
}

/** A failure around secrets; the text says what to do and holds none of them. */
export function secretError(text: string): NatterError {
  return new NatterError(errorData('secret', text, { userAction: 'unlock-secrets' }));
}
