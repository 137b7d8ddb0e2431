import type { ErrorData } from '@natter/core';
import type { PassphrasePurpose } from '../secrets/passphrase.ts';

/** What a starting daemon tells the command that starts it, over the channel between parent and child. */
export type StartReport =
  | { readonly report: 'ready' }
  /** Another process owns the profile. */
  | { readonly report: 'busy' }
  | { readonly report: 'failed'; readonly error: ErrorData }
  /** Answered with a {@link PassphraseAnswer}: the daemon has no terminal of its own. */
  | { readonly report: 'passphrase'; readonly purpose: PassphrasePurpose; readonly attempt: number };

/** What the command answers; `null` when nobody is there to ask. */
export interface PassphraseAnswer {
  readonly passphrase: string | null;
}
