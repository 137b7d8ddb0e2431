import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Peer, PeerMessage, PeerSend } from '@natter/testing/conformance';
import { list, text as textOf, type Answer, type Client } from './client.ts';

const PRESENCES = { available: 'online', away: 'unavailable', dnd: 'unavailable' } as const;

/**
 * Somebody with a client of their own. Where a person would have to accept an invitation on another device of the account
 * under test, `account` does so.
 */
export class MatrixPeer implements Peer {
  readonly address: string;
  readonly key: RemoteKey;
  readonly #peer: Client;
  readonly #account: Client;

  constructor(peer: Client, account: Client) {
    this.#peer = peer;
    this.#account = account;
    this.address = peer.userId;
    this.key = remoteKey(peer.userId);
  }

  async send(text: string, { claimed, replyTo, room, mention = false }: PeerSend = {}): Promise<string> {
    const content = {
      msgtype: 'm.text',
      body: text,
      ...(mention ? { 'm.mentions': { user_ids: [this.#account.userId] } } : {}),
      ...(replyTo === undefined ? {} : { 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } }),
    };
    return this.#peer.send(room ?? (await this.#direct()), 'm.room.message', content, claimed);
  }

  async received(): Promise<readonly PeerMessage[]> {
    const messages = await this.#heard();
    return messages.map((event) => ({ id: textOf(event['event_id']) ?? '', text: bodyOf(event) }));
  }

  async edit(id: string, text: string): Promise<void> {
    const said = { msgtype: 'm.text', body: text };
    const relation = { rel_type: 'm.replace', event_id: id };
    const content = { ...said, 'm.new_content': said, 'm.relates_to': relation };
    await this.#peer.send(await this.#direct(), 'm.room.message', content);
  }
  async retract(id: string): Promise<void> {
    await this.#peer.room('PUT', await this.#direct(), ['redact', id, crypto.randomUUID()], {});
  }
  async react(id: string, key: string): Promise<void> {
    const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: id, key } };
    await this.#peer.send(await this.#direct(), 'm.reaction', content);
  }

  async look(
    id: string,
  ): Promise<{ text: string | null; reactions: readonly string[]; replyTo: string | null }> {
    const room = await this.#direct();
    const event = await this.#peer.room('GET', room, ['event', id]);
    const path = ['client', 'v1', 'rooms', room, 'relations', id];
    const related = async (kind: string): Promise<readonly Answer[]> => {
      const answer = await this.#peer.call('GET', [...path, kind], undefined, '?dir=f&limit=100');
      return list(answer['chunk']);
    };
    const edits = await related('m.replace');
    const reactions = await related('m.annotation');
    const edited = edits.at(-1)?.['content']?.['m.new_content']?.['body'];
    return {
      text: textOf(edited) ?? textOf(event['content']?.['body']) ?? null,
      reactions: reactions.map((each) => textOf(each['content']?.['m.relates_to']?.['key']) ?? ''),
      replyTo: textOf(event['content']?.['m.relates_to']?.['m.in_reply_to']?.['event_id']) ?? null,
    };
  }

  async typing(active: boolean): Promise<void> {
    const body = active ? { typing: true, timeout: 20_000 } : { typing: false };
    await this.#peer.room('PUT', await this.#direct(), ['typing', this.#peer.userId], body);
  }
  async markRead(id: string): Promise<void> {
    await this.#peer.room('POST', await this.#direct(), ['receipt', 'm.read', id], {});
  }
  async readByAccount(): Promise<string | null> {
    const room = await this.#direct();
    const { rooms } = await this.#peer.call('GET', ['client', 'v3', 'sync'], undefined, '?timeout=0');
    for (const event of list(rooms?.['join']?.[room]?.['ephemeral']?.['events'])) {
      for (const [id, kinds] of Object.entries(event['content'] ?? {}))
        if (kinds?.['m.read']?.[this.#account.userId] !== undefined) return id;
    }
    return null;
  }

  async request(): Promise<void> {
    const body = { preset: 'trusted_private_chat', is_direct: true, invite: [this.#account.userId] };
    await this.#peer.call('POST', ['client', 'v3', 'createRoom'], body);
  }
  async answer(granted: boolean): Promise<void> {
    await this.#peer.room('POST', (await this.#known()) ?? '', [granted ? 'join' : 'leave'], {});
  }
  async appear(availability: 'available' | 'away' | 'dnd', text: string): Promise<void> {
    const path = ['client', 'v3', 'presence', this.#peer.userId, 'status'];
    await this.#peer.call('PUT', path, { presence: PRESENCES[availability], status_msg: text });
  }

  async join(room: RemoteKey): Promise<void> {
    await this.#peer.room('POST', room, ['join'], {});
  }
  async leave(room: RemoteKey): Promise<void> {
    await this.#peer.room('POST', room, ['leave'], {});
  }
  async heard(room: RemoteKey): Promise<readonly string[]> {
    return (await this.#messages(room)).map(bodyOf);
  }
  async open(name: string): Promise<string> {
    const alias = `${name}-${crypto.randomUUID().slice(0, 8)}`;
    const body = { preset: 'public_chat', visibility: 'public', name, room_alias_name: alias };
    await this.#peer.call('POST', ['client', 'v3', 'createRoom'], body);
    return `#${alias}:${this.address.slice(this.address.indexOf(':') + 1)}`;
  }

  async sendFile(name: string, bytes: Uint8Array): Promise<void> {
    const answer = await this.#peer.fetch('POST', ['media', 'v3', 'upload'], new Uint8Array(bytes));
    const { content_uri: url } = (await answer.json()) as { content_uri: string };
    const info = { mimetype: 'application/octet-stream', size: bytes.length };
    await this.#peer.send(await this.#direct(), 'm.room.message', {
      msgtype: 'm.file',
      body: name,
      url,
      info,
    });
  }
  async receivedFile(): Promise<Uint8Array | null> {
    const file = (await this.#heard()).findLast(
      (event) => textOf(event['content']?.['msgtype']) === 'm.file',
    );
    const address = /^mxc:\/\/([^/]+)\/(.+)$/.exec(textOf(file?.['content']?.['url']) ?? '');
    if (address === null) return null;
    const [, server = '', id = ''] = address;
    const answer = await this.#peer.fetch('GET', ['client', 'v1', 'media', 'download', server, id]);
    return new Uint8Array(await answer.arrayBuffer());
  }

  async close(): Promise<void> {}

  /** What the account said in the direct conversation; nothing when there is none yet. */
  async #heard(): Promise<readonly Answer[]> {
    const room = await this.#known();
    if (room === undefined) return [];
    await this.#peer.room('POST', room, ['join'], {});
    const messages = await this.#messages(room);
    return messages.filter((event) => textOf(event['sender']) === this.#account.userId);
  }

  async #messages(room: string): Promise<readonly Answer[]> {
    const answer = await this.#peer.room('GET', room, ['messages'], undefined, '?dir=f&limit=1000');
    return list(answer['chunk']).filter(
      ({ type, content }) =>
        textOf(type) === 'm.room.message' &&
        textOf(content?.['m.relates_to']?.['rel_type']) !== 'm.replace' &&
        content?.['body'] !== undefined,
    );
  }

  /** The room that the account's own data names. */
  async #known(): Promise<string | undefined> {
    const directs = await this.#account.accountData('m.direct');
    return textOf(list(directs[this.#peer.userId]).at(-1));
  }

  /** The room in which both are; made, and accepted on the account's other device, when there is none. */
  async #direct(): Promise<string> {
    const known = await this.#known();
    if (known !== undefined) {
      await this.#peer.room('POST', known, ['join'], {});
      return known;
    }
    const body = { preset: 'trusted_private_chat', is_direct: true, invite: [this.#account.userId] };
    const room =
      textOf((await this.#peer.call('POST', ['client', 'v3', 'createRoom'], body))['room_id']) ?? '';
    await this.#account.room('POST', room, ['join'], {});
    const directs = await this.#account.accountData('m.direct');
    await this.#account.setAccountData('m.direct', { ...directs, [this.#peer.userId]: [room] });
    return room;
  }
}

function bodyOf(event: Answer): string {
  return textOf(event['content']?.['body']) ?? '';
}
