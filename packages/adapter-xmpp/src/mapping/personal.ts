import type { Avatar } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** What somebody published about themselves (XEP-0163). */
export interface PersonalEvent {
  readonly node: string;
  readonly items: readonly PersonalItem[];
  /** Ids of items that are gone. */
  readonly retracted: readonly string[];
}

/** One published thing. */
export interface PersonalItem {
  readonly id: string;
  readonly payload: Element | null;
}

/** Most items that one message or answer may bring. */
const MOST_ITEMS = 1_000;

/** Reads a notification, or null when the message is none. Whether it may be believed depends on who sent it. */
export function readPersonalEvent(message: Element): PersonalEvent | null {
  const items = message.getChild('event', NS.pubsubEvent)?.getChild('items');
  const node: unknown = items?.attrs['node'];
  if (items === undefined || typeof node !== 'string') return null;
  return {
    node,
    items: readItems(items),
    retracted: items.getChildren('retract').map(({ attrs }) => String(attrs['id'])),
  };
}

/** Asks for what a node holds (XEP-0060 section 6.5). */
export function writeItemsQuery(node: string, id?: string): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsub });
  const items = query.c('items', { node });
  if (id !== undefined) items.c('item', { id });
  return query;
}

/** Reads the answer to {@link writeItemsQuery}. */
export function readItemsAnswer(answer: Element): readonly PersonalItem[] {
  const items = answer.getChild('pubsub', NS.pubsub)?.getChild('items');
  return items === undefined ? [] : readItems(items);
}

/** Publishes one item; `options` are demanded of the node (XEP-0060 section 7.1.5). */
export function writePublish(
  node: string,
  { id, payload }: PersonalItem,
  options: Readonly<Record<string, string>> = {},
): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsub });
  const item = query.c('publish', { node }).c('item', { id });
  if (payload !== null) item.append(payload);
  if (Object.keys(options).length === 0) return query;
  query.c('publish-options').append(writeOptions(NS.publishOptions, options));
  return query;
}

/** Makes a node that is not there yet (XEP-0060 section 8.1.3). */
export function writeNodeCreation(node: string, settings: Readonly<Record<string, string>>): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsub });
  query.c('create', { node });
  query.c('configure').append(writeOptions(NS.nodeConfig, settings));
  return query;
}

/** Changes a node of our own (XEP-0060 section 8.2.4). */
export function writeNodeSettings(node: string, settings: Readonly<Record<string, string>>): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsubOwner });
  query.c('configure', { node }).append(writeOptions(NS.nodeConfig, settings));
  return query;
}

/** Takes everything out of a node of our own (XEP-0060 section 8.5). */
export function writePurge(node: string): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsubOwner });
  query.c('purge', { node });
  return query;
}

function writeOptions(formType: string, options: Readonly<Record<string, string>>): Element {
  const form = new Element('x', { xmlns: NS.dataForms, type: 'submit' });
  form.c('field', { var: 'FORM_TYPE', type: 'hidden' }).c('value').t(formType);
  for (const [name, value] of Object.entries(options))
    form
      .c('field', { var: `pubsub#${name}` })
      .c('value')
      .t(value);
  return form;
}

/** What keeps a node of many items to its owner's devices (XEP-0223). */
export const PRIVATE_LIST: Readonly<Record<string, string>> = {
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
  access_model: 'whitelist',
};

function readItems(list: Element): readonly PersonalItem[] {
  return list
    .getChildren('item')
    .slice(0, MOST_ITEMS)
    .map((item) => ({ id: String(item.attrs['id'] ?? ''), payload: item.getChildElements()[0] ?? null }));
}

/** XEP-0172. Null for an empty one. */
export function readNick(payload: Element | null | undefined): string | null {
  if (payload?.is('nick', NS.nick) !== true) return null;
  return payload.getText().trim().slice(0, 256) || null;
}

/** XEP-0084 section 4.2: the picture that was published, or null when there is none any more. */
export function readAvatar(publisher: string, metadata: Element | null): Avatar | null {
  const id: unknown = metadata?.getChild('info')?.attrs['id'];
  if (metadata?.is('metadata', NS.avatarMetadata) !== true || !isHash(id)) return null;
  return { hash: id, remote: avatarAddress('pep', publisher, id) };
}

/** XEP-0153: the hash of the picture in the vcard; undefined when the presence does not tell. */
export function readVcardHash(presence: Element): string | null | undefined {
  const photo = presence.getChild('x', NS.vcardUpdate)?.getChild('photo');
  if (photo === undefined) return undefined; // not ready to say
  const hash = photo.getText().trim().toLowerCase();
  return isHash(hash) ? hash : null;
}

/** Where a picture is, in words of ours. */
export interface AvatarAddress {
  readonly from: 'pep' | 'vcard';
  readonly publisher: string;
  /** SHA-1 of the picture, in hexadecimal. */
  readonly hash: string;
}

/** Writes an {@link AvatarAddress}. */
export function avatarAddress(from: AvatarAddress['from'], publisher: string, hash: string): string {
  return `xmpp-avatar:${from}:${hash}:${publisher}`;
}

/** Reads what {@link avatarAddress} wrote; null for what is none. */
export function readAvatarAddress(remote: string): AvatarAddress | null {
  const match = /^xmpp-avatar:(pep|vcard):([0-9a-f]{40}):(.+)$/s.exec(remote);
  if (match?.[2] === undefined || match[3] === undefined) return null;
  return { from: match[1] === 'pep' ? 'pep' : 'vcard', hash: match[2], publisher: match[3] };
}

function isHash(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{40}$/.test(text);
}
