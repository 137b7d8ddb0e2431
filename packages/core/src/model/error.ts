import type { JsonObject } from './json.ts';

/**
 * What went wrong, in words that are the same on every network. Front ends choose their text and exit code by it;
 * what the network itself said is kept beside it as {@link ErrorData.condition}.
 */
export type ErrorCode =
  /** The network or the server cannot be reached, or the link broke. */
  | 'network'
  /** The server's name does not resolve. */
  | 'name-not-found'
  /** Nothing listens at the address. */
  | 'connection-refused'
  /** No answer in time. */
  | 'timeout'
  /** The certificate is not signed by an authority that we trust. */
  | 'certificate-untrusted'
  /** The certificate has expired or is not valid yet. */
  | 'certificate-expired'
  /** The certificate is for another name. */
  | 'certificate-wrong-name'
  /** The server offers no encryption, and the account requires it. */
  | 'tls-required'
  /** Wrong password, expired token, or an unknown user. */
  | 'authentication'
  /** The server offers only sign-in mechanisms weaker than the one used before. */
  | 'downgrade'
  /** The account is suspended or not allowed to sign in. */
  | 'suspended'
  /** Another session took our place. */
  | 'replaced'
  /** The server refuses registrations or asks for an invitation. */
  | 'registration-closed'
  /** The thing exists already: a taken address, a used idempotency key with another content. */
  | 'conflict'
  /** No such account, contact, conversation, message, operation or file. */
  | 'not-found'
  /** The name fits several things; `condition.choices` lists them. */
  | 'ambiguous'
  /** The network forbids it to us. */
  | 'forbidden'
  /** The network cannot do it, or natter does not do it there. */
  | 'unsupported'
  /** A limit of the network: too long, too large, too many. */
  | 'too-large'
  /** Asked too often; see {@link ErrorData.retryAfter}. */
  | 'rate-limited'
  /** The arguments make no sense: a front end's or an adapter's mistake. */
  | 'invalid'
  /** The other side broke the protocol. */
  | 'protocol'
  /** The server failed inside. */
  | 'server'
  /** The profile's store cannot be read or written. */
  | 'storage'
  /** A secret is missing or its keyring is locked. */
  | 'secret'
  /** The caller cancelled. */
  | 'aborted'
  /** The account is not online and the call needs the network. */
  | 'offline'
  /** The client, account or link was closed meanwhile. */
  | 'closed'
  /** A defect of natter or of an adapter. */
  | 'internal';

/** What an error concerns; it tells how much of what is on screen is affected. */
export type ErrorScope =
  | 'client'
  | 'account'
  | 'contact'
  | 'conversation'
  | 'message'
  | 'operation'
  | 'transfer';

/** What the user can do about it. */
export type UserAction =
  | 'check-address'
  | 'check-network'
  | 'sign-in'
  | 'trust-certificate'
  | 'wait'
  | 'retry'
  | 'choose'
  | 'shorten'
  | 'unlock-secrets'
  | 'repair-profile'
  | 'contact-operator'
  | 'report';

/**
 * A failure as plain data: it crosses workers, sockets and stores unchanged, which an Error subclass does not (structured
 * clone drops its fields).
 */
export interface ErrorData {
  readonly code: ErrorCode;
  /** One sentence for the user, without secrets and without line breaks. */
  readonly message: string;
  readonly scope: ErrorScope;
  /** Whether the same thing may succeed later without anybody changing anything. */
  readonly retriable: boolean;
  /** Whether it is known that nothing happened. `false` means the effect may have taken place. */
  readonly certain: boolean;
  /** Milliseconds to wait before trying again, when the network said so. */
  readonly retryAfter?: number;
  readonly userAction?: UserAction;
  /** What the network said: XMPP condition, IRC numeric, Matrix errcode, native code. Kept as data, never parsed by core. */
  readonly condition?: JsonObject;
  readonly cause?: ErrorData;
}

/** The parts of an {@link ErrorData} that have a default: scope `client`, not retriable, certain. */
export type ErrorParts = Partial<Omit<ErrorData, 'code' | 'message'>>;

/** Builds an {@link ErrorData}. */
export function errorData(code: ErrorCode, message: string, parts: ErrorParts = {}): ErrorData {
  return { code, message, scope: 'client', retriable: false, certain: true, ...parts };
}

const marker = Symbol.for('natter.error');

/**
 * The only Error that natter throws at its public edge. Recognise it with {@link NatterError.isInstance}, which also works
 * when two copies of the package are loaded.
 */
export class NatterError extends Error {
  override readonly name = 'NatterError';
  /** The failure as data. */
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.data = data;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether a caught value is a NatterError of any copy of this package. */
  static isInstance(value: unknown): value is NatterError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}

/** Turns whatever was caught into data; what is not a {@link NatterError} becomes `internal`, or `aborted` for an abort. */
export function toErrorData(caught: unknown, parts: ErrorParts = {}): ErrorData {
  if (NatterError.isInstance(caught)) return caught.data;
  if (caught instanceof Error && caught.name === 'AbortError')
    return errorData('aborted', 'cancelled', parts);
  const message = caught instanceof Error ? caught.message : String(caught);
  return errorData('internal', message.replace(/\s+/g, ' '), { userAction: 'report', ...parts });
}
