import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { memorySecrets, memoryStore, type ConversationId } from '@natter/core';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { Client, list, text } from './support/client.ts';
import { eventually, Home } from './support/home.ts';
import { keptOpen } from './support/kept-open.ts';

const { signal } = new AbortController();

describeServer('encrypted conversations', 'synapse', () => {
  let server: SynapseServer;
  let folder: string;
  let count = 0;
  let alice: Home;
  let bob: Home;
  let names: { alice: string; bob: string };
  const [stores, secrets] = [
    new Map<string, ReturnType<typeof memoryStore>>(),
    new Map<string, ReturnType<typeof memorySecrets>>(),
  ];

  beforeAll(async () => {
    server = await startSynapse();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    count += 1;
    folder = mkdtempSync(join(tmpdir(), 'natter-keys-'));
    names = {
      alice: await server.addUser({ name: `alice${count}`, password: 'secret' }),
      bob: await server.addUser({ name: `bob${count}`, password: 'secret' }),
    };
    [alice, bob] = [await open('alice'), await open('bob')];
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    rmSync(folder, { recursive: true });
  });

  async function open(name: 'alice' | 'bob'): Promise<Home> {
    stores.set(name, memoryStore());
    secrets.set(name, memorySecrets());
    const home = await Home.open(server, {
      address: names[name],
      keyFolder: join(folder, name),
      store: keptOpen(stores.get(name)!),
      secrets: secrets.get(name)!,
    });
    await home.phase('online');
    return home;
  }
  async function again(name: 'alice' | 'bob', before: Home): Promise<Home> {
    await before.close();
    const kept = { store: keptOpen(stores.get(name)!), secrets: secrets.get(name)! };
    const home = await Home.resume(before.account, { ...kept, keyFolder: join(folder, name) });
    await home.phase('online');
    return home;
  }
  /** Alice asks, Bob accepts; their conversation on either side. */
  async function friends(): Promise<{ of: (home: Home) => ConversationId; room: string }> {
    const change = { action: 'add', address: names.bob } as const;
    await alice.hub.handlers.methods['roster.change']({ key: 'a', account: alice.account, change }, signal);
    const asking = () => [...bob.hub.profile.contacts.entries()].find(([, { request }]) => request !== null);
    await eventually(() => asking() !== undefined).toBe(true);
    const contact = asking()![0];
    await bob.hub.handlers.methods['roster.change'](
      { key: 'b', account: bob.account, change: { action: 'accept', contact } },
      signal,
    );
    const direct = (home: Home) =>
      [...home.hub.profile.conversations.entries()].find(
        ([, row]) => row.kind === 'direct' && row.key !== null,
      );
    for (const home of [alice, bob]) await eventually(() => direct(home)?.[1].encrypted).toBe(true);
    await eventually(() => [...alice.hub.profile.contacts.entries()][0]?.[1].subscription.to).toBe('granted');
    return { of: (home) => direct(home)![0], room: direct(alice)![1].key ?? '' };
  }
  async function say(home: Home, conversation: ConversationId, words: string): Promise<void> {
    const draft = { content: { kind: 'text', text: words } } as const;
    const key = crypto.randomUUID();
    await home.hub.handlers.methods['message.send']({ key, to: { conversation }, draft }, signal);
  }
  const texts = async (home: Home, conversation: ConversationId): Promise<string[]> =>
    (await home.rows(conversation)).map(({ content }) => content.text);

  test('are so from the first message on, both ways, and after a restart', async () => {
    const { of, room } = await friends();
    await say(alice, of(alice), 'for your eyes');
    await eventually(() => texts(bob, of(bob))).toEqual(['for your eyes']);
    const [message] = await bob.rows(of(bob));
    expect([message?.trust, message?.sender.key]).toEqual(['e2ee', names.alice]);
    await say(bob, of(bob), 'and for yours');
    await eventually(() => texts(alice, of(alice))).toEqual(['for your eyes', 'and for yours']);

    // Bob's own device reads on after it was away, and what came meanwhile.
    await bob.close();
    await say(alice, of(alice), 'are you there?');
    bob = await again('bob', bob);
    await eventually(() => texts(bob, of(bob))).toEqual(['for your eyes', 'and for yours', 'are you there?']);
    alice = await again('alice', alice);
    await say(alice, of(alice), 'so am I');
    await eventually(async () => (await texts(bob, of(bob))).at(-1)).toBe('so am I');

    // The server has seen nothing of it.
    const client = await Client.signIn(server.url, `alice${count}`, 'secret');
    const { chunk } = await client.room('GET', room, ['messages'], undefined, '?dir=f&limit=100');
    const types = list(chunk).map(({ type }) => text(type));
    expect([types.includes('m.room.encrypted'), types.includes('m.room.message')]).toEqual([true, false]);
    expect(JSON.stringify(chunk)).not.toContain('eyes');
  });

  test('files are opened by who may read them, and by nobody else', async () => {
    const { of, room } = await friends();
    const blob = await alice.store(new TextEncoder().encode('a very secret file'));
    const unknown = { width: null, height: null, duration: null, hash: null, remote: null, thumbnail: null };
    const file = {
      ...unknown,
      kind: 'file',
      name: 'plan.txt',
      mediaType: 'text/plain',
      size: 18,
      blob,
    } as const;
    const draft = { content: { kind: 'attachment', text: 'plan.txt', attachments: [file] } } as const;
    await alice.hub.handlers.methods['message.send'](
      { key: 'f', to: { conversation: of(alice) }, draft },
      signal,
    );
    await eventually(async () => (await bob.rows(of(bob))).at(-1)?.content.kind).toBe('attachment');
    const message = (await bob.rows(of(bob))).at(-1)!;
    expect(message.content).toMatchObject({ attachments: [{ name: 'plan.txt', mediaType: 'text/plain' }] });
    const transfer = await bob.hub.handlers.methods['attachment.fetch'](
      { message: message.id, index: 0 },
      signal,
    );
    await eventually(() => bob.bytes(transfer.blob)).toBe('a very secret file');

    const client = await Client.signIn(server.url, `bob${count}`, 'secret');
    const { chunk } = await client.room('GET', room, ['messages'], undefined, '?dir=f&limit=100');
    expect(JSON.stringify(chunk)).not.toMatch(/mxc:|plan/);
  });

  test('what cannot be read says so, and a file that lies in the clear is not spoken of', async () => {
    const { of, room } = await friends();
    const client = await Client.signIn(server.url, `bob${count}`, 'secret');
    const content = {
      algorithm: 'm.megolm.v1.aes-sha2',
      ciphertext: 'AwgAEnACgAkLmt6q',
      session_id: 'x',
      sender_key: 'y',
      device_id: 'z',
    };
    await client.send(room, 'm.room.encrypted', content);
    await eventually(async () => (await alice.rows(of(alice))).at(-1)?.content.kind).toBe('undecryptable');
    const attachment = {
      kind: 'file',
      name: 'x',
      mediaType: 'text/plain',
      size: 1,
      width: null,
      height: null,
      duration: null,
      hash: null,
      remote: 'mxc://a.test/b',
      thumbnail: null,
      blob: null,
    } as const;
    const draft = { content: { kind: 'attachment', text: 'x', attachments: [attachment] } } as const;
    await alice.hub.handlers.methods['message.send'](
      { key: 'f', to: { conversation: of(alice) }, draft },
      signal,
    );
    await eventually(async () => (await alice.rows(of(alice))).at(-1)?.delivery).toBe('failed');
    const { chunk } = await client.room('GET', room, ['messages'], undefined, '?dir=f&limit=100');
    expect(JSON.stringify(chunk)).not.toContain('mxc://a.test/b');
  });

  test('nothing is said in a room that is encrypted in a way that natter does not know', async () => {
    const client = await Client.signIn(server.url, `bob${count}`, 'secret');
    const encryption = {
      type: 'm.room.encryption',
      state_key: '',
      content: { algorithm: 'org.example.quantum' },
    };
    const made = await client.call('POST', ['client', 'v3', 'createRoom'], {
      preset: 'public_chat',
      initial_state: [encryption],
    });
    const room = text(made['room_id']) ?? '';
    await alice.change({ action: 'join', address: room });
    await eventually(() => alice.named(room)?.encrypted).toBe(true);
    const conversation = alice.named(room)!.id;
    const draft = { content: { kind: 'text', text: 'the plan' } } as const;
    const send = alice.hub.handlers.methods['message.send'];
    await send({ key: 'plan', to: { conversation }, draft }, signal);
    await eventually(async () => (await alice.rows(conversation)).at(-1)?.delivery).toBe('failed');
    const { error } = (await alice.rows(conversation)).at(-1)!;
    expect(error?.message).toContain('a way that natter does not know');
    const path = ['client', 'v3', 'rooms', room, 'messages'];
    const sent = list((await client.call('GET', path, undefined, '?dir=b'))['chunk']);
    expect(
      sent.filter(({ type }) => ['m.room.message', 'm.room.encrypted'].includes(text(type) ?? '')),
    ).toEqual([]);
  });
});
