import {
  external,
  plain,
  Scram,
  type ChannelBinding,
  type Credentials,
  type GsBinding,
  type Mechanism,
  type ScramHash,
} from '@natter/wire';
import { WireError } from './error.ts';

/** From weak to strong. What stands further right is never given up for what stands further left (XEP-0474 says why). */
const STRENGTH: readonly { readonly name: string; readonly hash: ScramHash | null }[] = [
  { name: 'PLAIN', hash: null },
  { name: 'SCRAM-SHA-1', hash: 'SHA-1' },
  { name: 'SCRAM-SHA-256', hash: 'SHA-256' },
  { name: 'SCRAM-SHA-512', hash: 'SHA-512' },
  { name: 'SCRAM-SHA-1-PLUS', hash: 'SHA-1' },
  { name: 'SCRAM-SHA-256-PLUS', hash: 'SHA-256' },
  { name: 'SCRAM-SHA-512-PLUS', hash: 'SHA-512' },
  { name: 'EXTERNAL', hash: null }, // XEP-0178: the certificate is ours, and no secret goes out
];

/** What the choice depends on. */
export interface SaslOffer {
  /** The mechanisms in the server's features. */
  readonly mechanisms: readonly string[];
  /** The binding types it lists (XEP-0440), or null when it lists none. */
  readonly bindingTypes: readonly string[] | null;
  /** The bindings this connection has; none without TLS. */
  readonly bindings: readonly ChannelBinding[];
  /** Whether the stream is encrypted and the server verified. */
  readonly secure: boolean;
  /** Whether the server has seen a certificate of ours. */
  readonly identified: boolean;
  /** The mechanism of the last sign-in to this account, or null. Nothing weaker is used. */
  readonly pinned: string | null;
}

/** How strong the best mechanism is that could be used, for comparison; -1 for none. */
export function strengthOf(offer: SaslOffer): number {
  const usable = usableIn(offer);
  return STRENGTH.findLastIndex(({ name }) => usable(name));
}

/** Chooses the strongest mechanism that both sides have. Throws WireError; no credential has been touched by then. */
export function selectMechanism(offer: SaslOffer, credentials: Credentials): Mechanism {
  const best = strengthOf(offer);
  const choice = STRENGTH[best];
  if (choice === undefined) throw new WireError('sasl-mechanism', describeMismatch(offer));
  const { name, hash } = choice;
  if (best < STRENGTH.findIndex((candidate) => candidate.name === offer.pinned)) {
    throw new WireError(
      'sasl-downgrade',
      `the server offered ${offer.pinned} before and now at best ${name}`,
    );
  }
  if (hash === null) return name === 'EXTERNAL' ? external() : plain(credentials);
  const stripped = strippedBinding(name, offer);
  // XEP-0474 section 5: what the server signs tells whether its list was so short. Where it signs nothing this is an attack.
  return new Scram(hash, credentials, gsBinding(name, offer), { ...offer, signatureWanted: stripped });
}

/**
 * Whether somebody may have taken the types of channel binding out of the offer: a server that binds has one that everybody has
 * (XEP-0440 section 4). Before there were lists nothing could be told from there being none.
 */
function strippedBinding(name: string, offer: SaslOffer): boolean {
  const plus = offer.mechanisms.some((mechanism) => mechanism.endsWith('-PLUS'));
  if (name.endsWith('-PLUS') || offer.bindings.length === 0 || !plus) return false;
  return offer.bindingTypes !== null && !offer.bindingTypes.includes('tls-server-end-point');
}

function bindingIn({ bindings, bindingTypes }: SaslOffer): ChannelBinding | undefined {
  return bindings.find(({ type }) => bindingTypes?.includes(type) === true);
}

function usableIn(offer: SaslOffer): (name: string) => boolean {
  const offered = new Set(offer.mechanisms);
  const bindable = bindingIn(offer) !== undefined;
  return (name) => {
    if (!offered.has(name)) return false;
    // A server may advertise -PLUS and refuse the binding type we have: the list of XEP-0440 is what counts.
    if (name.endsWith('-PLUS')) return bindable;
    if (name === 'EXTERNAL') return offer.identified;
    return name !== 'PLAIN' || offer.secure;
  };
}

function gsBinding(name: string, offer: SaslOffer): GsBinding {
  const binding = bindingIn(offer);
  if (name.endsWith('-PLUS') && binding !== undefined) return { flag: 'p', binding };
  const plusOffered = offer.mechanisms.some((mechanism) => mechanism.endsWith('-PLUS'));
  return offer.bindings.length > 0 && !plusOffered ? { flag: 'y' } : { flag: 'n' };
}

function describeMismatch({ mechanisms, secure }: SaslOffer): string {
  if (!secure && mechanisms.includes('PLAIN'))
    return 'the server wants the password itself over a connection without encryption';
  const list = mechanisms.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 20)));
  return list.length === 0
    ? 'the server offers no way to sign in'
    : `the server offers only ${list.join(', ')} to sign in`;
}
