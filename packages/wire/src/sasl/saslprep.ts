import { LinkError } from '../link-error.ts';

/** RFC 3454 table B.1: characters that are mapped to nothing. */
const IGNORED = /\u034f|\u200d|[\u00ad\u1806\u200b\u200c\u2060\ufeff]|\p{Variation_Selector}/gu;
/** RFC 3454 table C.1.2: spaces that become U+0020. */
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** RFC 3454 tables C.2 to C.9: control, private, surrogate, non-character, tagging and direction-changing characters. */
const PROHIBITED =
  /\p{Cc}|\p{Cs}|\u0340|\u0341|[\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\ue000-\uf8ff\ufdd0-\ufdef\ufff9-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}\u{f0000}-\u{10ffff}]/u;

/** Prepares a user name or password for comparison (SASLprep, RFC 4013). Throws LinkError on a prohibited character. */
export function saslprep(text: string): string {
  const prepared = text.replace(SPACES, ' ').replace(IGNORED, '').normalize('NFKC');
  if (PROHIBITED.test(prepared)) {
    throw new LinkError(
      'sasl-failed',
      'the user name or password contains a character that sign-in does not allow',
    );
  }
  return prepared;
}
