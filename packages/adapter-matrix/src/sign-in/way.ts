import type { Answer, Step } from '@natter/core/model';
import type { MatrixConfig } from '../config.ts';
import type { Credentials } from '../credentials.ts';
import type { Api } from '../wire/api.ts';
import type { HttpClient, Platform } from '../wire/http.ts';
import type { WireLimits } from '../wire/limits.ts';

/** What a way to sign in goes on with, each time it is asked. */
export interface Attempt {
  readonly api: Api;
  readonly http: HttpClient;
  readonly limits: WireLimits;
  readonly platform: Platform;
  readonly config: MatrixConfig;
  /** Who wants to sign in. */
  readonly userId: string;
  /** The device that the same user was before and may be again; null for a new one. */
  readonly deviceId: string | null;
  /** All that the user has filled in so far, by field. */
  readonly values: Readonly<Record<string, string>>;
  /** What the user answered to the last step; null for nothing. */
  readonly answer: Answer | null;
  readonly signal: AbortSignal;
}

/** A way to sign in, taken step by step. */
export interface Way {
  /** The credentials, or what is needed of the user first. Rejects with WireError or NatterError. */
  next(attempt: Attempt): Promise<Credentials | Step>;
  /** Frees everything. */
  close(): void;
}

/** What the server calls this device for its owner. */
export const DEVICE_NAME = 'natter';
