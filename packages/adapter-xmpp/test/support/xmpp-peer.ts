import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Peer, PeerMessage, PeerSend } from '@natter/testing/conformance';
import { Element } from '@xmpp/xml';
import { connect } from '../../src/wire/connect.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { logIn, secureStream } from '../../src/wire/login.ts';
import { nodePlatform } from '../../src/wire/node/platform.ts';
import type { XmppStream } from '../../src/wire/stream.ts';
import { PeerFiles } from './peer-files.ts';
import { PeerRooms } from './peer-rooms.ts';

interface Seen {
  text: string | null;
  reactions: Map<string, readonly string[]>;
  replyTo: string | null;
}

/** Where and as whom a peer signs in. */
export interface PeerAccount {
  readonly name: string;
  readonly password: string;
  readonly server: string;
  readonly ca: string;
  /** The account under test. */
  readonly other: string;
}

/** Somebody with a client of their own: stanzas by hand, and nothing of natter above the wire. */
export class XmppPeer implements Peer {
  readonly address: string;
  readonly key: RemoteKey;
  readonly #other: string;
  readonly #stream: XmppStream;
  readonly #order: string[] = [];
  readonly #seen = new Map<string, Seen>();
  #presence: { availability: string; text: string | null } | null = null;
  #readByAccount: string | null = null;
  readonly #rooms: PeerRooms;
  readonly #files: PeerFiles;

  private constructor(stream: XmppStream, { name, other, ca }: PeerAccount) {
    this.address = `${name}@localhost`;
    this.key = remoteKey(this.address);
    this.#other = other;
    this.#stream = stream;
    this.#rooms = new PeerRooms(stream, name);
    this.#files = new PeerFiles(stream, ca);
    stream.start({
      stanza: (stanza, number) => {
        this.#receive(stanza);
        stream.finished(number);
        stream.storedUpTo(number);
      },
      storeWanted: () => {},
      ended: () => {},
    });
    stream.send(new Element('presence'));
  }

  static async start(account: PeerAccount): Promise<XmppPeer> {
    const { name, password, server, ca } = account;
    const trust = { authorities: ca, pinned: [], client: null };
    const { stream } = await connect(
      { platform: nodePlatform, domain: 'localhost', server, trust, limits: DEFAULT_LIMITS },
      async (stream, signal) => {
        const account = `${name}@localhost`;
        const features = await secureStream(stream, account, false, signal);
        const credentials = { username: name, password: () => Promise.resolve(password) };
        const agent = crypto.randomUUID();
        const nothing = { pinned: null, resume: null, token: null } as const;
        return logIn(stream, features, { account, credentials, resource: 'peer', agent, ...nothing });
      },
      new AbortController().signal,
    );
    return new XmppPeer(stream, account);
  }

  close(): Promise<void> {
    return this.#stream.close();
  }

  async send(text: string, { claimed = crypto.randomUUID(), replyTo, room }: PeerSend = {}): Promise<string> {
    if (room !== undefined) return this.#rooms.say(room, text, claimed);
    const message = this.#message(claimed);
    message.c('body').t(text);
    if (replyTo !== undefined)
      message.c('reply', { xmlns: 'urn:xmpp:reply:0', id: replyTo, to: this.#other });
    this.#seen.set(claimed, { text, reactions: new Map(), replyTo: replyTo ?? null });
    await this.#deliver(message);
    return claimed;
  }
  async received(): Promise<readonly PeerMessage[]> {
    return this.#order.map((id) => ({ id, text: this.#seen.get(id)?.text ?? '' }));
  }
  async edit(id: string, text: string): Promise<void> {
    const message = this.#message();
    message.c('body').t(text);
    message.c('replace', { xmlns: 'urn:xmpp:message-correct:0', id });
    await this.#deliver(message);
  }
  async retract(id: string): Promise<void> {
    const message = this.#message();
    message.c('retract', { xmlns: 'urn:xmpp:message-retract:1', id });
    message.c('store', { xmlns: 'urn:xmpp:hints' });
    await this.#deliver(message);
  }
  async react(id: string, key: string): Promise<void> {
    this.#seen.get(id)?.reactions.set(this.address, [key]);
    const message = this.#message();
    message.c('reactions', { xmlns: 'urn:xmpp:reactions:0', id }).c('reaction').t(key);
    message.c('store', { xmlns: 'urn:xmpp:hints' });
    await this.#deliver(message);
  }
  async look(
    id: string,
  ): Promise<{ text: string | null; reactions: readonly string[]; replyTo: string | null }> {
    const seen = this.#seen.get(id);
    const reactions = [...(seen?.reactions.values() ?? [])].flat();
    return { text: seen?.text ?? null, reactions, replyTo: seen?.replyTo ?? null };
  }
  async typing(active: boolean): Promise<void> {
    const message = this.#message();
    message.c(active ? 'composing' : 'paused', { xmlns: 'http://jabber.org/protocol/chatstates' });
    await this.#deliver(message);
  }
  async markRead(id: string): Promise<void> {
    const message = this.#message();
    message.c('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id });
    await this.#deliver(message);
  }
  async readByAccount(): Promise<string | null> {
    return this.#readByAccount;
  }
  async request(text: string): Promise<void> {
    const presence = new Element('presence', { to: this.#other, type: 'subscribe' });
    presence.c('status').t(text);
    await this.#deliver(presence);
  }
  async answer(granted: boolean): Promise<void> {
    await this.#deliver(
      new Element('presence', { to: this.#other, type: granted ? 'subscribed' : 'unsubscribed' }),
    );
  }
  async appear(availability: 'available' | 'away' | 'dnd', text: string): Promise<void> {
    const presence = new Element('presence');
    if (availability !== 'available') presence.c('show').t(availability);
    presence.c('status').t(text);
    await this.#deliver(presence);
  }
  async sees(): Promise<{ availability: string; text: string | null } | null> {
    return this.#presence;
  }

  join(room: RemoteKey): Promise<void> {
    return this.#rooms.join(room);
  }
  leave(room: RemoteKey): Promise<void> {
    return this.#rooms.leave(room);
  }
  keyIn(room: RemoteKey): RemoteKey {
    return this.#rooms.keyIn(room);
  }
  async heard(room: RemoteKey): Promise<readonly string[]> {
    return this.#rooms.heard(room);
  }
  open(name: string): Promise<string> {
    return this.#rooms.open(name);
  }

  async sendFile(name: string, bytes: Uint8Array): Promise<void> {
    const url = await this.#files.upload(name, bytes);
    const message = this.#message();
    message.c('body').t(url);
    message.c('x', { xmlns: 'jabber:x:oob' }).c('url').t(url);
    await this.#deliver(message);
  }
  receivedFile(): Promise<Uint8Array | null> {
    return this.#files.received();
  }

  /** A request to the peer's own account. */
  ask(type: 'get' | 'set', payload: Element): Promise<Element> {
    return this.#stream.request(type, null, payload);
  }

  #message(id: string = crypto.randomUUID()): Element {
    return new Element('message', { to: this.#other, type: 'chat', id });
  }
  #deliver(stanza: Element): Promise<void> {
    return this.#stream.deliver(stanza).taken;
  }

  #receive(stanza: Element): void {
    this.#rooms.receive(stanza);
    const [from = ''] = String(stanza.attrs['from'] ?? '').split('/');
    if (from !== this.#other) return;
    this.#files.receive(stanza);
    if (stanza.name === 'presence' && stanza.attrs['type'] === undefined) {
      this.#presence = {
        availability: stanza.getChildText('show') ?? 'available',
        text: stanza.getChildText('status'),
      };
    }
    if (stanza.name !== 'message') return;
    this.#readByAccount = this.#reference(stanza, 'displayed') ?? this.#readByAccount;
    const reacted = this.#reference(stanza, 'reactions');
    const keys = stanza.getChild('reactions')?.getChildren('reaction') ?? [];
    if (reacted !== null)
      this.#seen.get(reacted)?.reactions.set(
        from,
        keys.map((key) => key.getText()),
      );
    this.#readText(stanza);
  }
  #readText(stanza: Element): void {
    const text = stanza.getChildText('body');
    const replaced = this.#seen.get(this.#reference(stanza, 'replace') ?? '');
    const retracted = this.#seen.get(this.#reference(stanza, 'retract') ?? '');
    if (retracted !== undefined) retracted.text = null;
    else if (replaced !== undefined) replaced.text = text;
    else if (text !== null) {
      const id = String(stanza.attrs['id']);
      this.#order.push(id);
      const range = stanza.getChild('fallback')?.getChild('body');
      const shown = range === undefined ? text : Array.from(text).slice(Number(range.attrs['end'])).join('');
      this.#seen.set(id, { text: shown, reactions: new Map(), replyTo: this.#reference(stanza, 'reply') });
    }
  }
  #reference(stanza: Element, name: string): string | null {
    const id: unknown = stanza.getChild(name)?.attrs['id'];
    return typeof id === 'string' ? id : null;
  }
}
