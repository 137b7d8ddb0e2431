import { utf8 } from '../bytes.ts';
import type { Credentials, Mechanism } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

/**
 * PLAIN (RFC 4616): hands over the password itself, so it is for encrypted links only. `authorizeAs` is whom to act for,
 * where a network wants that said; empty for whomever the user name stands for.
 */
export function plain(credentials: Credentials, authorizeAs = ''): Mechanism {
  return {
    name: 'PLAIN',
    async initial() {
      return utf8(
        `${saslprep(authorizeAs)}\0${saslprep(credentials.username)}\0${saslprep(await credentials.password())}`,
      );
    },
    async respond() {
      return new Uint8Array();
    },
    async finish() {},
  };
}
