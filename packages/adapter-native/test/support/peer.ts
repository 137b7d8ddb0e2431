import { remoteKey, type RemoteKey } from '@natter/core';
import type { AccountPresence, Message, MessageBody } from '@natter/native-protocol';
import type { Peer, PeerMessage, PeerSend } from '@natter/testing/conformance';
import { Connection, type Push } from '../../src/wire/connection.ts';

/** The other party of the conformance suite: speaks the protocol itself, without the adapter. Its ids are sequences. */
export class NativePeer implements Peer {
  readonly address: string;
  readonly key: RemoteKey;
  readonly #connection: Connection;
  readonly #account: string;
  /** Where its server is, by HTTP. */
  readonly #files: string;
  readonly #seen = new Map<string, AccountPresence>();
  #count = 0;

  private constructor(connection: Connection, address: string, account: string, files: string) {
    this.#files = files;
    this.#connection = connection;
    this.address = address;
    this.key = remoteKey(address);
    this.#account = account;
  }

  /** Signs in and waits for what is asked of it. `account` is the address of the account under test. */
  static async start(url: string, user: string, password: string, account: string): Promise<NativePeer> {
    const connection = new Connection({ url, openTimeout: 5_000, interval: 30_000, timeout: 20_000 });
    await connection.opened;
    const { address } = await connection.request('sign-in', (id) => ({
      type: 'sign-in',
      id,
      address: user,
      password,
    }));
    const peer = new NativePeer(connection, address, account, url.replace(/^ws/u, 'http'));
    connection.signedIn(64, (push) => peer.#pushed(push));
    const { presences } = await connection.request('presence-watch', (id) => ({
      type: 'presence-watch',
      id,
      on: true,
    }));
    for (const presence of presences) peer.#seen.set(presence.address, presence);
    return peer;
  }

  async stop(): Promise<void> {
    this.#connection.close();
    await this.#connection.closed;
  }

  async send(text: string, { room, claimed, replyTo, mention }: PeerSend = {}): Promise<string> {
    this.#count += 1;
    const clientId = claimed ?? `peer-${this.#count}-${Date.now()}`;
    const body: MessageBody = {
      text,
      ...(replyTo === undefined ? {} : { reply: Number(replyTo) }),
      ...(mention === true ? { mentions: [{ address: this.#account, start: 0, length: 1 }] } : {}),
    };
    const sent = await this.#connection.request('send', (id) => ({
      type: 'send',
      id,
      clientId,
      ...(room === undefined ? { peer: this.#account } : { conversation: room }),
      body,
    }));
    return String(sent.seq);
  }

  async invite(name: string): Promise<string> {
    this.#count += 1;
    const clientId = `peer-group-${this.#count}`;
    const { conversation } = await this.#connection.request('group-create', (id) => ({
      type: 'group-create',
      id,
      clientId,
      title: name,
      invite: [this.#account],
    }));
    return conversation;
  }

  async accept(conversation: RemoteKey): Promise<void> {
    await this.#connection.request('group-accept', (id) => ({ type: 'group-accept', id, conversation }));
  }

  async leave(conversation: RemoteKey): Promise<void> {
    await this.#connection.request('group-leave', (id) => ({ type: 'group-leave', id, conversation }));
  }

  async heard(conversation: RemoteKey): Promise<readonly string[]> {
    return (await this.#messages(conversation)).flatMap(({ body }) => (body === null ? [] : [body.text]));
  }

  async received(): Promise<readonly PeerMessage[]> {
    const messages = await this.#messages();
    return messages
      .filter(({ from, body }) => from === this.#account && body !== null)
      .map(({ seq, body }) => ({ id: String(seq), text: body?.text ?? '' }));
  }

  async edit(id: string, text: string): Promise<void> {
    const place = await this.place(id);
    await this.#connection.request('edit', (request) => ({
      type: 'edit',
      id: request,
      ...place,
      body: { text },
    }));
  }

  async retract(id: string): Promise<void> {
    const place = await this.place(id);
    await this.#connection.request('retract', (request) => ({ type: 'retract', id: request, ...place }));
  }

  async react(id: string, key: string): Promise<void> {
    const place = await this.place(id);
    await this.#connection.request('react', (request) => ({
      type: 'react',
      id: request,
      ...place,
      key,
      on: true,
    }));
  }

  async look(
    id: string,
  ): Promise<{ text: string | null; reactions: readonly string[]; replyTo: string | null }> {
    const message = (await this.#messages()).find(({ seq }) => String(seq) === id);
    const reply = message?.body?.reply;
    return {
      text: message?.body?.text ?? null,
      reactions: (message?.reactions ?? []).map(({ key }) => key),
      replyTo: reply === undefined ? null : String(reply),
    };
  }

  async typing(active: boolean): Promise<void> {
    this.#connection.signal({ type: 'typing', conversation: await this.#conversation(), active });
  }

  async markRead(id: string): Promise<void> {
    const mark = await this.place(id);
    await this.#connection.request('mark', (request) => ({
      type: 'mark',
      id: request,
      kind: 'read',
      marks: [mark],
    }));
  }

  async readByAccount(): Promise<string | null> {
    const { positions } = await this.#open();
    return String(positions.find(({ address }) => address === this.#account)?.read ?? 0);
  }

  /** How far the account's devices have told that they stored our messages. */
  async deliveredToAccount(): Promise<number> {
    const { positions } = await this.#open();
    return positions.find(({ address }) => address === this.#account)?.delivered ?? 0;
  }

  async request(text: string): Promise<void> {
    await this.#connection.request('contact-request', (id) => ({
      type: 'contact-request',
      id,
      address: this.#account,
      text,
    }));
  }

  async answer(granted: boolean): Promise<void> {
    const type = granted ? 'contact-accept' : 'contact-deny';
    await this.#connection.request(type, (id) => ({ type, id, address: this.#account }));
  }

  async appear(availability: 'available' | 'away' | 'dnd', text: string): Promise<void> {
    await this.#connection.request('presence-set', (id) => ({
      type: 'presence-set',
      id,
      availability,
      text,
    }));
  }

  async sees(): Promise<{ availability: string; text: string | null } | null> {
    const [device] = this.#seen.get(this.#account)?.devices ?? [];
    return device === undefined ? null : { availability: device.availability, text: device.text ?? null };
  }

  async sendFile(name: string, bytes: Uint8Array): Promise<void> {
    this.#count += 1;
    const clientId = `peer-file-${this.#count}`;
    const mediaType = 'application/octet-stream';
    const { file, path, token } = await this.#connection.request('file-create', (id) => ({
      type: 'file-create',
      id,
      clientId,
      name,
      mediaType,
      size: bytes.length,
    }));
    await fetch(`${this.#files}${path}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      },
      body: Buffer.from(bytes),
    });
    const attachment = { kind: 'file', url: `https://localhost${path}`, file, name, mediaType } as const;
    await this.#connection.request('send', (id) => ({
      type: 'send',
      id,
      clientId,
      peer: this.#account,
      body: { text: '', attachments: [{ ...attachment, size: bytes.length }] },
    }));
  }

  async receivedFile(): Promise<Uint8Array | null> {
    const files = (await this.#messages())
      .filter(({ from }) => from === this.#account)
      .flatMap(({ body }) => body?.attachments ?? []);
    const file = files.at(-1)?.file;
    if (file === undefined) return null;
    const { path, token } = await this.#connection.request('file-get', (id) => ({
      type: 'file-get',
      id,
      file,
    }));
    const response = await fetch(`${this.#files}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return new Uint8Array(await response.arrayBuffer());
  }

  #pushed(push: Push): void {
    if (push.type === 'presence') this.#seen.set(push.address, push);
  }

  async #messages(of?: string): Promise<readonly Message[]> {
    const conversation = of ?? (await this.#conversation());
    const page = await this.#connection.request('history', (id) => ({
      type: 'history',
      id,
      conversation,
      after: 0,
      limit: 500,
    }));
    return page.messages;
  }

  /** Where a message stands. */
  async place(id: string): Promise<{ conversation: string; seq: number }> {
    return { conversation: await this.#conversation(), seq: Number(id) };
  }

  async #conversation(): Promise<string> {
    return (await this.#open()).conversation;
  }

  #open() {
    return this.#connection.request('conversation-open', (id) => ({
      type: 'conversation-open',
      id,
      peer: this.#account,
    }));
  }
}
