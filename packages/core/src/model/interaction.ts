import type { ErrorData } from './error.ts';
import type { JsonObject } from './json.ts';
import type { RemoteKey } from './ids.ts';

/**
 * One machine of data steps for sign-in, registration, verification, key recovery, certificate trust, captcha and room
 * forms, so that every front end renders all of them alike.
 */
export type Step =
  | {
      readonly kind: 'fields';
      readonly title: string;
      readonly fields: readonly Field[];
      /** Why the last answer was not taken, e.g. a wrong code that may be tried again. */
      readonly error?: ErrorData;
    }
  | {
      readonly kind: 'open-url';
      readonly url: string;
      /** How the answer comes back: to a loopback listener, pasted by the user, or by polling. */
      readonly back: 'loopback' | 'paste' | 'poll';
      readonly expiresAt?: number;
    }
  | {
      readonly kind: 'show';
      readonly what: 'qr' | 'code' | 'emoji' | 'certificate' | 'text' | 'image';
      readonly data: JsonObject;
      /** What the user may answer, e.g. `['match', 'mismatch']` or `['trust', 'reject']`. */
      readonly actions: readonly string[];
    }
  | { readonly kind: 'wait'; readonly text?: string }
  | {
      readonly kind: 'done';
      readonly key?: RemoteKey;
      readonly address?: string;
      readonly config?: JsonObject;
    }
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** One thing to fill in. */
export interface Field {
  /** `password` and `token` are names that front ends may fill from a secret source. */
  readonly name: string;
  readonly label: string;
  readonly secret: boolean;
  readonly required: boolean;
  readonly value?: string;
  /** A regular expression that a valid value matches as a whole. */
  readonly pattern?: string;
  readonly options?: readonly string[];
}

/** The user's answer: which action (`'submit'` for fields, or one of the step's) and the values by field name. */
export interface Answer {
  readonly action: string;
  readonly values: Readonly<Record<string, string>>;
}
