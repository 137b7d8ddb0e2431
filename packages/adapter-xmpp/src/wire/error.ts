import { LinkError, own, type RefusedCertificate } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { NS } from './namespaces.ts';

/** What went wrong on the wire, in the words that decide what a person can do about it. */
export type WireErrorCode =
  | 'aborted' // the caller gave up
  | 'bad-address' // what was given as the server is no address
  | 'name-not-found' // no address for the host
  | 'connect-refused' // nothing listens there
  | 'connect-failed' // any other failure to reach the host
  | 'timeout' // a step took longer than its limit
  | 'disconnected' // the link broke or the peer closed it
  | 'tls-required' // the server offers no encryption and none was waived
  | 'tls-failed' // the handshake itself failed
  | 'certificate' // the certificate is not to be trusted; see `certificate`
  | 'malformed' // what came is not the XML that XMPP allows
  | 'limit' // a stanza is larger, deeper or busier than allowed
  | 'protocol' // well-formed, but not what the protocol allows here
  | 'stream-error' // RFC 6120 section 4.9; see `condition`
  | 'stanza-error' // RFC 6120 section 8.3; see `condition`
  | 'entry-refused' // a room did not let us in; see `condition`
  | 'no-password' // nothing to sign in with
  | 'sasl-failed' // RFC 6120 section 6.5; see `condition`
  | 'sasl-mechanism' // no mechanism that both sides accept
  | 'sasl-task' // the server wants more than a password; its tasks are in `condition`
  | 'sasl-downgrade' // the server offers less than it did last time
  | 'sasl-server'; // the server could not prove that it knows the password

/** Details beside code and message. */
export interface WireErrorDetails {
  readonly condition?: string;
  readonly text?: string;
  /** An `auth`, `cancel`, `continue`, `modify` or `wait` of a stanza error. */
  readonly stanzaErrorType?: string;
  readonly certificate?: RefusedCertificate;
  /** Where who has nothing for us sends us instead (RFC 6120 sections 4.9.3.19 and 8.3.3.5, RFC 7395 section 3.6.1). */
  readonly location?: string;
  /** Attributes of a condition of XEP-0198. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly cause?: unknown;
}

const UNDEFINED = 'undefined-condition';

/** XEP-0086 section 3. */
const LEGACY_CONDITIONS: Readonly<Record<string, string>> = {
  '400': 'bad-request',
  '401': 'not-authorized',
  '403': 'forbidden',
  '404': 'item-not-found',
  '405': 'not-allowed',
  '406': 'not-acceptable',
  '407': 'registration-required',
  '409': 'conflict',
  '500': 'internal-server-error',
  '501': 'feature-not-implemented',
  '502': 'service-unavailable',
  '503': 'service-unavailable',
  '504': 'remote-server-timeout',
};

/** The only error the wire throws. `mapping/errors.ts` turns it into plain error data. */
export class WireError extends Error {
  readonly code: WireErrorCode;
  readonly condition: string | null;
  readonly text: string | null;
  readonly stanzaErrorType: string | null;
  readonly certificate: RefusedCertificate | null;
  readonly location: string | null;
  readonly counts: Readonly<Record<string, number>>;

  constructor(code: WireErrorCode, message: string, details: WireErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'WireError';
    this.code = code;
    this.condition = details.condition ?? null;
    this.text = details.text ?? null;
    this.stanzaErrorType = details.stanzaErrorType ?? null;
    this.certificate = details.certificate ?? null;
    this.location = details.location ?? null;
    this.counts = details.counts ?? {};
  }
}

/** Gives any thrown value as a WireError; what is not one already becomes `code`. */
export function asWireError(error: unknown, code: WireErrorCode = 'disconnected'): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof LinkError) {
    const { certificate } = error;
    return new WireError(error.code, error.message, {
      ...(certificate === null ? {} : { certificate }),
      cause: error,
    });
  }
  return new WireError(code, error instanceof Error ? error.message : String(error), { cause: error });
}

/**
 * Reads the defined condition and the text of a stream, stanza or SASL error. @xmpp/error does the same but throws a
 * TypeError on an error element without children, which a hostile server may send at any time.
 */
export function readCondition(element: Element): { condition: string; text: string } {
  let condition = UNDEFINED;
  let text = '';
  for (const child of element.children) {
    if (typeof child !== 'object') continue;
    if (child.getName() === 'text') text = child.getText();
    else if (condition === UNDEFINED) condition = child.getName();
  }
  return { condition, text };
}

/** What ended the stream by the server's own word (RFC 6120 section 4.9). */
export function streamError(element: Element): WireError {
  const { condition, text } = readCondition(element);
  const location = element.getChildText('see-other-host', NS.streamErrors)?.trim();
  return new WireError('stream-error', `the server ended the stream: ${text === '' ? condition : text}`, {
    condition,
    text,
    ...(location ? { location } : {}),
  });
}

/** The error in an answer of type `error` (RFC 6120 section 8.3). */
export function stanzaError(stanza: Element): WireError {
  const element = stanza.getChild('error');
  const { condition, text } = element ? readStanzaCondition(element) : { condition: UNDEFINED, text: '' };
  const type: unknown = element?.attrs['type'];
  const told = [condition === UNDEFINED && text !== '' ? '' : condition, text].filter((part) => part !== '');
  return new WireError('stanza-error', told.join(': '), {
    condition,
    text,
    ...(typeof type === 'string' ? { stanzaErrorType: type } : {}),
  });
}

/** Servers of before RFC 3920, and some gateways, give a number and put the text into the error itself (XEP-0086). */
function readStanzaCondition(element: Element): { condition: string; text: string } {
  const read = readCondition(element);
  if (read.condition !== UNDEFINED) return read;
  const condition = own(LEGACY_CONDITIONS, String(element.attrs['code'])) ?? UNDEFINED;
  const bare = element.children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
  return { condition, text: read.text || bare };
}

/** Why a room did not let us in (XEP-0045 section 7.2): its error, whose conditions mean something of their own there. */
export function entryError(presence: Element): WireError {
  const { message, condition, text } = stanzaError(presence);
  const location = presence.getChild('error')?.getChildText('gone', NS.stanzaErrors)?.trim();
  return new WireError('entry-refused', message, {
    condition: condition ?? UNDEFINED,
    text: text ?? '',
    ...(location ? { location } : {}),
  });
}

/** What we tell the peer when it broke the rules (RFC 6120 section 4.9), or null when the fault is none of its business. */
export function streamErrorXml({ code, condition, counts }: WireError): string | null {
  if (condition === null || !['malformed', 'limit', 'protocol'].includes(code)) return null;
  const standard = condition === 'handled-count-too-high' ? 'undefined-condition' : condition;
  const own = condition === standard ? '' : new Element(condition, { xmlns: NS.sm, ...counts }).toString(); // XEP-0198 section 6
  return `<stream:error><${standard} xmlns="${NS.streamErrors}"/>${own}</stream:error>`;
}
