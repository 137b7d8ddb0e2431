import { utf8 } from '../bytes.ts';
import type { Credentials, Mechanism } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

/** PLAIN (RFC 4616): hands over the password itself, so it is for encrypted links only. */
export function plain(credentials: Credentials): Mechanism {
  return {
    name: 'PLAIN',
    async initial() {
      return utf8(`\0${saslprep(credentials.username)}\0${saslprep(await credentials.password())}`);
    },
    async respond() {
      return new Uint8Array();
    },
    async finish() {},
  };
}
