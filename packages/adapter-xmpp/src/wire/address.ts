import { jid } from '@xmpp/jid';

/** RFC 7622 section 3.1: no part of an address is longer. */
const MAX_PART = 1023;

/** Most addresses are like this: nothing in them is to be normalized, escaped or refused. */
const PLAIN =
  /^(?:([a-z0-9._-]{1,200})@)?([a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){0,5})(?:\/([A-Za-z0-9._~+=-]{1,200}))?$/;

/** An XMPP address in its parts; `local` and `resource` are empty where they are missing. */
export interface Address {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
}

/**
 * Parses and normalizes an address (RFC 7622), or null when it is none. Addresses come from strangers: this never throws.
 */
export function parseAddress(text: unknown): Address | null {
  if (typeof text !== 'string' || text === '' || text.length > 3 * MAX_PART + 2) return null;
  const plain = PLAIN.exec(text);
  if (plain !== null) return { local: plain[1] ?? '', domain: plain[2] ?? '', resource: plain[3] ?? '' };
  try {
    const slash = text.indexOf('/');
    const at = text.indexOf('@');
    if (slash === text.length - 1 || at === 0 || (at === text.length - 1 && slash < 0)) return null;
    const parsed = jid(text.normalize('NFC'));
    const domain = parsed.domain.replace(/\.$/, '');
    if (!isDomain(domain) || tooLong(parsed.local) || tooLong(parsed.resource)) return null;
    if (/\p{Cc}/u.test(parsed.local + parsed.resource)) return null;
    return { local: parsed.local, domain, resource: parsed.resource };
  } catch {
    return null; // @xmpp/jid throws TypeError on an empty domain: an invalid address is a value here, not a fault
  }
}

/** `local@domain/resource`. */
export function formatAddress({ local, domain, resource }: Address): string {
  return (local === '' ? domain : `${local}@${domain}`) + (resource === '' ? '' : `/${resource}`);
}

/** The normalized address without its resource, or null when it is no address. */
export function bareAddress(text: unknown): string | null {
  const address = parseAddress(text);
  return address === null ? null : formatAddress({ ...address, resource: '' });
}

/** Like `bareAddress` for what is known to be an address: anything else stays as it is, and so equals nothing. */
export function bareOf(text: string): string {
  return bareAddress(text) ?? text;
}

/** Whether both are valid and the same after normalization. */
export function addressesEqual(a: string, b: string): boolean {
  if (a === b) return true;
  const left = parseAddress(a);
  const right = parseAddress(b);
  return left !== null && right !== null && formatAddress(left) === formatAddress(right);
}

function tooLong(part: string): boolean {
  return part.length > MAX_PART;
}

function isDomain(domain: string): boolean {
  return domain !== '' && domain.length <= MAX_PART && !/[\s@/"&'<>]|\p{Cc}/u.test(domain);
}
