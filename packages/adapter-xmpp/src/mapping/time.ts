import type { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** XEP-0082: the only form in which XMPP writes a moment. */
const STAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an XEP-0082 stamp, or null: a stamp is a stranger's text and may say anything. */
export function parseStamp(stamp: unknown): number | null {
  if (typeof stamp !== 'string' || !STAMP.test(stamp)) return null;
  const time = Date.parse(stamp);
  return Number.isNaN(time) ? null : time;
}

/** When a stanza was first sent, if it was delayed (XEP-0203): the earliest of its stamps. */
export function readDelay(stanza: Element): number | null {
  const times = stanza.getChildren('delay', NS.delay).map((delay) => parseStamp(delay.attrs['stamp']));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
