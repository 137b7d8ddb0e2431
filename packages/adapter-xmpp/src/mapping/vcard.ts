import type { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** The name in a vcard of today (XEP-0292): what the person is called, else the full name. */
export function readVcard4Name(vcard: Element | null): string | null {
  if (vcard?.is('vcard', NS.vcard4) !== true) return null;
  const text = (name: string): string | null => clean(vcard.getChild(name)?.getChildText('text'));
  return text('nickname') ?? text('fn');
}

/** The same in a vcard of old (XEP-0054). */
export function readVcardName(vcard: Element | undefined): string | null {
  return clean(vcard?.getChildText('NICKNAME')) ?? clean(vcard?.getChildText('FN'));
}

function clean(text: string | null | undefined): string | null {
  return text?.trim().slice(0, 256) || null;
}
