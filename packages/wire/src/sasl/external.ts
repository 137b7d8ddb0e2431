import { utf8 } from '../bytes.ts';
import type { Mechanism } from './mechanism.ts';

/**
 * EXTERNAL (RFC 4422 appendix A): the TLS certificate says who we are. `identity` is whom we want to act as; null leaves
 * that to what the certificate says.
 */
export function external(identity: string | null = null): Mechanism {
  return {
    name: 'EXTERNAL',
    initial: async () => utf8(identity ?? ''),
    respond: async () => new Uint8Array(),
    finish: async () => {},
  };
}
