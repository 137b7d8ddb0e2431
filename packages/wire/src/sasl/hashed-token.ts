import { own } from '../own.ts';
import { concat, equalBytes, utf8 } from '../bytes.ts';
import { LinkError } from '../link-error.ts';
import type { ChannelBinding, Mechanism } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

/** How the names of the mechanisms say what they are bound to (draft-schmaus-kitten-sasl-ht section 3). */
const BINDINGS: Readonly<Record<string, ChannelBinding['type'] | null>> = {
  'HT-SHA-256-EXPR': 'tls-exporter',
  'HT-SHA-256-UNIQ': 'tls-unique',
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-NONE': null,
};

/** A token by which a device signs in in place of a password. */
export interface HashedToken {
  /** The mechanism for which it was given, and no other. */
  readonly mechanism: string;
  readonly token: string;
}

/** The mechanism that a token is best asked for: bound to the connection where both sides can; null for none. */
export function selectHashedToken(
  offered: readonly string[],
  bindings: readonly ChannelBinding[],
): string | null {
  const usable = Object.keys(BINDINGS).filter((name) => offered.includes(name));
  return usable.find((name) => bindingOf(name, bindings) !== undefined) ?? null;
}

/**
 * Signs in by a token (draft-schmaus-kitten-sasl-ht): one message there, one back, and both sides have proved that they
 * know it. Null when this connection cannot be bound the way the token wants, or the server does not take it any more.
 */
export async function hashedToken(
  username: string,
  { mechanism, token }: HashedToken,
  offered: readonly string[],
  bindings: readonly ChannelBinding[],
): Promise<Mechanism | null> {
  const bound = bindingOf(mechanism, bindings);
  if (bound === undefined || !offered.includes(mechanism)) return null;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8(token), algorithm, false, ['sign']);
  const sign = async (role: string): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign('HMAC', key, concat(utf8(role), bound)));
  const [initiator, responder] = await Promise.all([sign('Initiator'), sign('Responder')]);
  return {
    name: mechanism,
    initial: async () => concat(utf8(`${saslprep(username)}\0`), initiator),
    respond: async () => new Uint8Array(),
    async finish(data) {
      if (data === null || !equalBytes(data, responder))
        throw new LinkError('sasl-server', 'the server could not prove that it knows the token');
    },
  };
}

/** What goes into the hash beside the role; undefined when this connection has nothing of that kind. */
function bindingOf(mechanism: string, bindings: readonly ChannelBinding[]): Uint8Array | undefined {
  const type = own(BINDINGS, mechanism);
  if (type === undefined) return undefined;
  return type === null ? new Uint8Array() : bindings.find((binding) => binding.type === type)?.data;
}
