import { external, plain, Scram, type Credentials, type Mechanism } from '@natter/wire';
import { WireError } from './error.ts';

/** From weak to strong. What stands further right is never given up for what stands further left. */
const STRENGTH: readonly string[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'EXTERNAL'];

/** Those that take a password, from weak to strong. */
export const PASSWORD_MECHANISMS: readonly string[] = STRENGTH.slice(0, 3);

/** What the choice depends on. */
export interface SaslOffer {
  /** The mechanisms of the `sasl` capability; null when the server (CAP 301) did not say. */
  readonly mechanisms: readonly string[] | null;
  /** The mechanism of the last sign-in to this account. Nothing weaker is used. */
  readonly pinned: string | null;
  /** The only mechanism that the user wants; null for the best one. */
  readonly only: string | null;
  /** Whether nobody can listen: TLS, or this machine. */
  readonly private: boolean;
  /** Whether we have a client certificate and are to sign in by it. */
  readonly external: boolean;
}

/** The mechanisms to try, the best first. Throws WireError when there is none. */
export function selectMechanisms(offer: SaslOffer): readonly string[] {
  const { mechanisms, pinned, external, only } = offer;
  const able = external
    ? ['EXTERNAL']
    : PASSWORD_MECHANISMS.filter((name) => only === null || name === only).toReversed();
  const common =
    mechanisms === null ? inDoubt(able, offer) : able.filter((name) => mechanisms.includes(name));
  if (common.length === 0)
    throw new WireError('sasl-mechanism', 'the server offers no sign-in mechanism that natter has');
  const least = pinned === null ? 0 : STRENGTH.indexOf(pinned);
  const strong = common.filter((name) => STRENGTH.indexOf(name) >= least);
  if (strong.length > 0) return strong;
  throw new WireError('sasl-downgrade', `the server no longer offers ${pinned}, only ${common.join(', ')}`);
}

/** A server that does not list its mechanisms (CAP 301) has PLAIN; where somebody may listen, the others are tried first. */
function inDoubt(able: readonly string[], { private: unheard }: SaslOffer): readonly string[] {
  return unheard ? able.toSorted((a, b) => Number(b === 'PLAIN') - Number(a === 'PLAIN')) : able;
}

/** Starts a mechanism by its name. No IRC server offers to bind it to its channel; PLAIN says the account twice (sasl 3.1, "Example"). */
export function startMechanism(name: string, credentials: Credentials): Mechanism {
  if (name === 'SCRAM-SHA-512') return new Scram('SHA-512', credentials, { flag: 'n' });
  if (name === 'SCRAM-SHA-256') return new Scram('SHA-256', credentials, { flag: 'n' });
  return name === 'EXTERNAL' ? external() : plain(credentials, credentials.username);
}
