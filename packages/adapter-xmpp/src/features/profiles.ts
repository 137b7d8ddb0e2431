import type { Event } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import {
  avatarAddress,
  readAvatar,
  readNick,
  readVcardHash,
  type PersonalEvent,
} from '../mapping/personal.ts';
import { forgetOldest } from '../memory.ts';
import type { Runtime } from '../runtime.ts';
import { bareAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';
import type { Published, Subscriber } from './personal-events.ts';

/** Contacts whose picture is remembered, to tell changes from repetitions. */
const MOST_PICTURES = 20_000;

/** Names (XEP-0172) and pictures (XEP-0084, else XEP-0153) that contacts chose for themselves. */
export class Profiles {
  readonly #runtime: Runtime;
  readonly subscribers: readonly Subscriber[];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.subscribers = [
      { node: NS.nick, own: false, take: (publisher, event) => this.#nick(publisher, event) },
      { node: NS.avatarMetadata, own: false, take: (publisher, event) => this.#avatar(publisher, event) },
    ];
  }

  #nick(publisher: RemoteKey, { items }: PersonalEvent): Published | null {
    const { own, memory } = this.#runtime;
    const name = readNick(items[0]?.payload);
    if (publisher === own) return { events: [{ type: 'self', key: remoteKey(own), name }] };
    // A stranger is no contact, and does not become one by telling a name.
    return memory.contacts.has(publisher) ? { events: [upsert(publisher, { name })] } : null;
  }

  #avatar(publisher: RemoteKey, { items }: PersonalEvent): Published | null {
    const { memory } = this.#runtime;
    const metadata = items[0]?.payload ?? null;
    if (!memory.contacts.has(publisher) || metadata === null) return null;
    const avatar = readAvatar(publisher, metadata);
    memory.pictures.set(publisher, { from: 'pep', hash: avatar?.hash ?? null });
    forgetOldest(memory.pictures, MOST_PICTURES);
    return { events: [upsert(publisher, { avatar })] };
  }

  /** Another device of ours tells of another picture: the vcard is not as we left it (XEP-0153 section 4.3). */
  lookAtOurs(presence: Element): void {
    const hash = readVcardHash(presence);
    if (hash !== undefined && hash !== this.#runtime.memory.ownPicture)
      this.#runtime.memory.ownPicture = undefined;
  }

  /** A presence tells of the picture in the vcard. What was published counts more: it may be larger. */
  lookAt(presence: Element): void {
    const { memory, commits } = this.#runtime;
    const address = bareAddress(presence.attrs['from']);
    const hash = readVcardHash(presence);
    if (address === null || hash === undefined || presence.attrs['type'] !== undefined) return;
    const contact = remoteKey(address);
    const known = memory.pictures.get(contact);
    if (!memory.contacts.has(contact) || known?.from === 'pep' || known?.hash === hash) return;
    memory.pictures.set(contact, { from: 'vcard', hash });
    forgetOldest(memory.pictures, MOST_PICTURES);
    const avatar = hash === null ? null : { hash, remote: avatarAddress('vcard', contact, hash) };
    void commits.batch({ origin: 'live', events: [upsert(contact, { avatar })] });
  }
}

function upsert(key: RemoteKey, value: Extract<Event, { type: 'upsert'; of: 'contact' }>['value']): Event {
  return { type: 'upsert', of: 'contact', key, value: { address: key, ...value } };
}
