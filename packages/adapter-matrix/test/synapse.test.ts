import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  memorySecrets,
  memoryStore,
  remoteKey,
  type Attachment,
  type ConversationId,
  type Draft,
} from '@natter/core';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { Client, list, text, type Answer } from './support/client.ts';
import { eventually, Home } from './support/home.ts';
import { keptOpen } from './support/kept-open.ts';

const { signal } = new AbortController();

describeServer('Matrix accounts in a hub', 'synapse', () => {
  let server: SynapseServer;
  let home: Home;
  let other: Client;
  let me: string;
  let count = 0;

  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    count += 1;
    const [mine] = await Promise.all([
      server.addUser({ name: `me${count}`, password: 'secret' }),
      server.addUser({ name: `other${count}`, password: 'secret' }),
    ]);
    me = mine;
    other = await Client.signIn(server.url, `other${count}`, 'secret');
    home = await Home.open(server, { address: me });
    await home.phase('online');
  });
  afterEach(() => home.close());

  /** A room of the other one's that we are in. */
  async function room(
    options: Record<string, unknown> = {},
  ): Promise<{ id: string; conversation: ConversationId }> {
    const made = await other.call('POST', ['client', 'v3', 'createRoom'], {
      preset: 'public_chat',
      ...options,
    });
    const id = text(made['room_id']) ?? '';
    await home.change({ action: 'join', address: id });
    await eventually(() => home.named(id)?.state).toBe('joined');
    return { id, conversation: home.named(id)!.id };
  }
  async function send(conversation: ConversationId, draft: Draft): Promise<void> {
    const key = crypto.randomUUID();
    await home.hub.handlers.methods['message.send']({ key, to: { conversation }, draft }, signal);
    await eventually(async () => (await home.rows(conversation)).at(-1)?.delivery).toBe('sent');
  }
  /** The messages of a room as the other one sees them, oldest first. */
  async function seen(id: string): Promise<readonly Answer[]> {
    const { chunk } = await other.room('GET', id, ['messages'], undefined, '?dir=f&limit=100');
    return list(chunk).filter(({ type }) => text(type) === 'm.room.message');
  }
  const texts = async (conversation: ConversationId): Promise<string[]> =>
    (await home.rows(conversation)).map(({ content }) => content.text);

  test('our own picture is seen by the other one, and is gone again', async () => {
    const bytes = Buffer.from('not really a picture');
    const blob = await home.store(bytes);
    const picture: Attachment = {
      kind: 'image',
      name: 'me.png',
      mediaType: 'image/png',
      size: bytes.length,
      width: null,
      height: null,
      duration: null,
      hash: null,
      remote: null,
      thumbnail: null,
      blob,
    };
    const show = async (image: Attachment | null): Promise<void> => {
      const { methods } = home.hub.handlers;
      const change = { action: 'avatar', image } as const;
      const request = { key: crypto.randomUUID(), account: home.account, change };
      const { operation } = await methods['profile.change'](request, signal);
      await eventually(async () => (await methods['operation.get']({ operation }, signal)).state).toBe(
        'accepted',
      );
    };
    const address = async (): Promise<string | undefined> =>
      text((await other.call('GET', ['client', 'v3', 'profile', me]))['avatar_url']);
    await show(picture);
    const [, , origin, media] = (await address())?.split('/') ?? [];
    const answer = await other.fetch('GET', ['client', 'v1', 'media', 'download', origin ?? '', media ?? '']);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    await show(null);
    expect(await address()).toBeFalsy();
  });

  test('formatting, replies, threads and mentions, both ways', async () => {
    const { id, conversation } = await room();
    const first = await other.send(id, 'm.room.message', {
      msgtype: 'm.text',
      body: 'hello **you**',
      format: 'org.matrix.custom.html',
      formatted_body: 'hello <strong>you</strong><script>alert(1)</script>',
      'm.mentions': { user_ids: [me] },
    });
    await other.send(id, 'm.room.message', {
      msgtype: 'm.text',
      body: '> <@x:y> hello\n\nin a thread',
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: first,
        is_falling_back: true,
        'm.in_reply_to': { event_id: first },
      },
    });
    await eventually(() => texts(conversation)).toEqual(['hello **you**', 'in a thread']);
    const [hello, inThread] = await home.rows(conversation);
    expect(hello?.content).toMatchObject({ formatted: ['hello ', { type: 'bold', children: ['you'] }] });
    expect(hello?.mentioned).toBe(true);
    expect([inThread?.thread?.message, inThread?.replyTo]).toEqual([hello?.id, null]);

    await send(conversation, {
      content: {
        kind: 'text',
        text: 'bold <move>',
        formatted: [{ type: 'bold', children: ['bold'] }, ' <move>'],
      },
      thread: hello!.id,
      replyTo: inThread!.id,
      mentions: [remoteKey(other.userId)],
    });
    const sent = (await seen(id)).at(-1)?.['content'];
    expect(sent).toMatchObject({
      body: 'bold <move>',
      formatted_body: '<strong>bold</strong> &lt;move&gt;',
      'm.mentions': { user_ids: [other.userId] },
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: first,
        'm.in_reply_to': { event_id: inThread?.stable },
      },
    });
  });

  test('a room that is replaced goes on in the same conversation, back to before it was', async () => {
    const { id, conversation } = await room({ name: 'old' });
    const words = Array.from({ length: 35 }, (_, index) => `word ${index}`);
    for (const word of words) await other.send(id, 'm.room.message', { msgtype: 'm.text', body: word });
    await eventually(() => texts(conversation)).toEqual(words);
    const { replacement_room: replaced } = await other.room('POST', id, ['upgrade'], { new_version: '11' });
    const successor = text(replaced) ?? '';
    await eventually(async () => (await home.rows(conversation)).at(-1)?.content.kind).toBe('system');
    await home.change({ action: 'join', address: successor });
    await other.send(successor, 'm.room.message', { msgtype: 'm.text', body: 'and on' });
    await eventually(async () => (await texts(conversation)).at(-1)).toBe('and on');
    expect(home.named(successor)?.id).toBe(conversation);

    // A natter that was not there pages back from the new room into the old one.
    const late = await Home.open(server, { address: me });
    try {
      await eventually(() => late.named(successor) !== undefined).toBe(true);
      const { id: theirs } = late.named(successor)!;
      const all = async (): Promise<readonly string[]> => {
        const pages = late.hub.handlers.methods['history.page'];
        await pages({ conversation: theirs, limit: 100, remote: true }, signal);
        return (await late.rows(theirs))
          .map(({ content }) => content.text)
          .filter((each) => words.includes(each));
      };
      await eventually(all).toEqual(words);
    } finally {
      await late.close();
    }
  });

  test('spaces are the parents of their rooms', async () => {
    const space = await room({ creation_content: { type: 'm.space' }, name: 'club' });
    const { id } = await room({ name: 'bar' });
    await other.room('PUT', space.id, ['state', 'm.space.child', id], { via: [server.serverName] });
    await eventually(() => home.named(id)?.parent).toBe(space.conversation);
    await other.room('PUT', space.id, ['state', 'm.space.child', id], {});
    await eventually(() => home.named(id)?.parent).toBeNull();
  });

  test('one knocks where one may not walk in, and is let in', async () => {
    const rules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } };
    const made = await other.call('POST', ['client', 'v3', 'createRoom'], {
      name: 'door',
      initial_state: [rules],
      room_version: '11',
    });
    const id = text(made['room_id']) ?? '';
    expect((await home.change({ action: 'join', address: id })).state).toBe('accepted');
    await eventually(() => home.named(id)?.state).toBe('knocking');
    await other.room('POST', id, ['invite'], { user_id: me });
    await eventually(() => home.named(id)?.state).toBe('invited');
    await home.change({ action: 'accept-invitation' }, home.named(id)!.id);
    await eventually(() => home.named(id)?.state).toBe('joined');
  });

  test('roles are power levels, and what one may not do is refused', async () => {
    const made = await home.change({ action: 'create', name: 'court', kind: 'channel' });
    expect(made.state).toBe('accepted');
    await eventually(() => [...home.hub.profile.conversations.entries()].length).toBe(1);
    const conversation = home.conversation()!;
    const id = home.hub.profile.conversations.get(conversation)?.key ?? '';
    await other.room('POST', id, ['join'], {});
    const member = remoteKey(other.userId);
    await home.change({ action: 'role', member, role: 'moderator' }, conversation);
    const levels = await other.room('GET', id, ['state', 'm.room.power_levels']);
    expect(levels).toMatchObject({ users: { [other.userId]: 50, [me]: 100 } });
    // The synchronisation, which tells the same, may be behind.
    const roles = async (): Promise<Record<string, string>> => {
      const { members } = await home.hub.handlers.methods['conversation.members']({ conversation }, signal);
      return Object.fromEntries(members.map(({ key, role }) => [key, role]));
    };
    await eventually(roles).toEqual({ [me]: 'owner', [other.userId]: 'moderator' });
    const { id: theirs, conversation: foreign } = await room();
    expect(theirs).not.toBe(id);
    const refused = await home.change({ action: 'title', text: 'mine now' }, foreign);
    expect([refused.state, refused.error?.code]).toEqual(['refused', 'forbidden']);
  });

  test('a room whose push rule is silent is muted, and a favourite is pinned', async () => {
    const { id } = await room();
    const mine = await Client.signIn(server.url, `me${count}`, 'secret');
    await mine.call('PUT', ['client', 'v3', 'pushrules', 'global', 'room', id], { actions: [] });
    await eventually(() => home.named(id)?.muted).toBe(true);
    await mine.call('DELETE', ['client', 'v3', 'pushrules', 'global', 'room', id]);
    await eventually(() => home.named(id)?.muted).toBe(false);
    await mine.call('PUT', ['client', 'v3', 'user', me, 'rooms', id, 'tags', 'm.favourite'], {});
    await eventually(() => home.named(id)?.pinned).toBe(true);
  });

  test('what we mute and pin is so on our other devices, and stays so', async () => {
    const { id, conversation } = await room();
    const { methods } = home.hub.handlers;
    const mine = await Client.signIn(server.url, `me${count}`, 'secret');
    const rule = async (): Promise<number> =>
      (await mine.fetch('GET', ['client', 'v3', 'pushrules', 'global', 'override', id])).status;
    const tags = async (): Promise<string> =>
      (await mine.fetch('GET', ['client', 'v3', 'user', me, 'rooms', id, 'tags'])).text();
    await methods['conversation.update']({ conversation, muted: true, pinned: true }, signal);
    await eventually(rule).toBe(200);
    await eventually(tags).toContain('m.favourite');
    await other.room('PUT', id, ['state', 'm.room.topic'], { topic: 'news' });
    await eventually(() => home.named(id)?.topic).toBe('news');
    expect(home.named(id)).toMatchObject({ muted: true, pinned: true });
    await methods['conversation.update']({ conversation, muted: false, pinned: false }, signal);
    await eventually(rule).toBe(404);
    await eventually(tags).not.toContain('m.favourite');
    await other.room('PUT', id, ['state', 'm.room.topic'], { topic: 'more news' });
    await eventually(() => home.named(id)?.topic).toBe('more news');
    expect(home.named(id)).toMatchObject({ muted: false, pinned: false });
  });

  test('a natter that starts again goes on from its token, with what others said meanwhile', async () => {
    const [store, secrets] = [memoryStore(), memorySecrets()];
    const { id } = await room();
    await home.close();
    home = await Home.open(server, { address: me, store: keptOpen(store), secrets });
    await home.phase('online');
    await other.send(id, 'm.room.message', { msgtype: 'm.text', body: 'before' });
    await eventually(() => home.named(id) !== undefined).toBe(true);
    const { conversation } = { conversation: home.named(id)!.id };
    await eventually(async () => (await texts(conversation)).at(-1)).toBe('before');
    const { account } = home;
    await home.close();
    // More than one answer holds, so that the server leaves some out.
    for (let index = 0; index < 45; index += 1)
      await other.send(id, 'm.room.message', { msgtype: 'm.text', body: `meanwhile ${index}` });
    home = await Home.resume(account, { store, secrets });
    await home.phase('online');
    const wanted = ['before', ...Array.from({ length: 45 }, (_, index) => `meanwhile ${index}`)];
    await eventually(async () => (await texts(conversation)).filter((each) => wanted.includes(each))).toEqual(
      wanted,
    );
    expect(home.gaps()).toBe(0);
  });

  test('a server that offers sliding synchronisation is followed by it, also after a restart', async () => {
    const { id } = await room();
    await home.close();
    const kept = { store: keptOpen(memoryStore()), secrets: memorySecrets() };
    home = await Home.open(server, { address: me, config: { slidingSync: true }, ...kept });
    await eventually(() => home.named(id)?.state).toBe('joined');
    await other.send(id, 'm.room.message', { msgtype: 'm.text', body: 'one' });
    await eventually(() => texts(home.named(id)!.id)).toEqual(['one']);
    await home.close();
    await other.send(id, 'm.room.message', { msgtype: 'm.text', body: 'two' });
    home = await Home.resume(home.account, kept);
    await eventually(() => texts(home.named(id)!.id)).toEqual(['one', 'two']);
  });
});
