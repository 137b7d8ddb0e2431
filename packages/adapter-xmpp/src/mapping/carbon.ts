import type { Element } from '@xmpp/xml';
import { bareAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';

/** A message inside another (XEP-0297). */
export function readForwarded(wrapper: Element): { message: Element; delay: Element | undefined } | null {
  const forwarded = wrapper.getChild('forwarded', NS.forward);
  const message = forwarded?.getChild('message', NS.client);
  return message === undefined ? null : { message, delay: forwarded?.getChild('delay', NS.delay) };
}

/** Whether a stanza claims to be a carbon (XEP-0280); whether it is one, {@link readCarbon} decides. */
export function isCarbon(stanza: Element): boolean {
  return (
    stanza.getChild('sent', NS.carbons) !== undefined || stanza.getChild('received', NS.carbons) !== undefined
  );
}

/**
 * The message in a carbon, or null for a forged one: only our own bare address may send carbons, and only of messages that
 * our account sent or received (CVE-2017-5589 and its many kin).
 */
export function readCarbon(stanza: Element, own: string): Element | null {
  if (
    stanza.attrs['from'] !== own &&
    !(bareAddress(stanza.attrs['from']) === own && isBare(stanza.attrs['from']))
  )
    return null;
  const sent = stanza.getChild('sent', NS.carbons);
  const wrapper = sent ?? stanza.getChild('received', NS.carbons);
  const message = wrapper === undefined ? undefined : readForwarded(wrapper)?.message;
  if (message === undefined) return null;
  const side: unknown = sent === undefined ? message.attrs['to'] : message.attrs['from'];
  return bareAddress(side) === own ? message : null;
}

function isBare(address: unknown): boolean {
  return typeof address === 'string' && !address.includes('/');
}
