import { describe, expect, it } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

/** Alice's group with Bob in it, Carol beside it. */
async function group(history: 'joined' | 'all' = 'joined'): Promise<{
  url: string;
  alice: TestClient;
  bob: TestClient;
  carol: TestClient;
  conversation: string;
}> {
  const server = await startServer();
  const { alice, bob } = await aliceAndBob(server);
  const carol = await TestClient.register(server.url, 'carol');
  await Promise.all([alice.sync(), bob.sync(), carol.sync()]);
  const { conversation } = await alice.request({
    type: 'group-create',
    clientId: 'g',
    title: 'Friends',
    topic: 'cats',
    history,
    invite: ['bob'],
  });
  await bob.request({ type: 'group-accept', conversation });
  return { url: server.url, alice, bob, carol, conversation };
}

const say = (client: TestClient, conversation: string, text: string) =>
  client.request({ type: 'send', clientId: text, conversation, body: { text } });
const texts = (client: TestClient, conversation: string) =>
  client
    .request({ type: 'history', conversation, limit: 500 })
    .then(({ messages }) => messages.map(({ body }) => body?.text));

describe('groups', () => {
  it('are made once, however often that is asked', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const frame = { type: 'group-create', clientId: 'same', title: 'One', invite: ['bob'] } as const;
    const [first, second] = await Promise.all([alice.request(frame), alice.request(frame)]);
    expect(second).toEqual(first);
    expect((await bob.sync()).filter(({ kind }) => kind === 'group-opened')).toHaveLength(1);
    expect((await alice.request({ type: 'conversations' })).conversations).toEqual([first]);
  });

  it('show an invitation to whom they invite, and nothing of what is said', async () => {
    const { alice, carol, conversation } = await group();
    await say(alice, conversation, 'between us');
    await alice.request({ type: 'group-invite', conversation, address: 'carol', text: 'come in' });
    const { opened } = await carol.update('group-opened');
    expect(opened).toMatchObject({
      title: 'Friends',
      topic: 'cats',
      invitation: { by: 'alice@localhost', text: 'come in' },
      members: [{ address: 'carol@localhost', standing: 'invited' }],
      lastSeq: 0,
      positions: [],
    });
    expect(opened.members).toHaveLength(1);
    expect(JSON.stringify(await carol.sync())).not.toContain('between us');
    expect(await carol.refusal({ type: 'history', conversation })).toMatchObject({ code: 'not-found' });
  });

  it('carry messages, edits, reactions, receipts and typing to everybody inside, in one order', async () => {
    const { alice, bob, carol, conversation } = await group();
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    await carol.request({ type: 'group-accept', conversation });
    await Promise.all(
      [alice, bob, carol].flatMap((client, who) =>
        Array.from({ length: 20 }, (_, index) => say(client, conversation, `${who}-${index}`)),
      ),
    );
    await bob.request({ type: 'react', conversation, seq: 1, key: '+', on: true });
    await carol.request({ type: 'mark', kind: 'read', marks: [{ conversation, seq: 60 }] });
    bob.send({ type: 'typing', conversation, active: true });
    const logs = await Promise.all([alice, bob, carol].map((client) => client.sync()));
    for (const log of logs) {
      expect(messagesOf(log).map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
      expect(messagesOf(log).map(({ body }) => body?.text)).toEqual(await texts(alice, conversation));
      expect(log).toContainEqual(expect.objectContaining({ kind: 'reaction', by: 'bob@localhost' }));
      expect(log).toContainEqual(
        expect.objectContaining({ kind: 'marker', by: 'carol@localhost', marker: 'read', seq: 60 }),
      );
    }
    for (const client of [alice, carol])
      expect(await client.push('typing')).toMatchObject({ from: 'bob@localhost', conversation });
  });

  it('hide from a new member what was said before, and what is done to it since', async () => {
    const { alice, carol, conversation } = await group('joined');
    await say(alice, conversation, 'old one');
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    await carol.request({ type: 'group-accept', conversation });
    await alice.request({ type: 'edit', conversation, seq: 1, body: { text: 'old one, changed' } });
    await say(alice, conversation, 'new one');
    await carol.update('message');
    expect(JSON.stringify([await carol.sync(), carol.frames])).not.toContain('old one');
    for (const range of [{}, { before: 2 }, { after: 0 }]) {
      const page = await carol.request({ type: 'history', conversation, ...range });
      expect(page.messages.every(({ seq }) => seq === 2)).toBe(true);
      expect(page.reachedStart).toBe(true);
    }
    for (const type of ['react', 'retract'] as const)
      expect(await carol.outcome({ type, conversation, seq: 1, key: '+', on: true })).toBe('not-found');
    expect((await carol.update('group-opened', ({ opened }) => opened.firstSeq === 2)).opened.lastSeq).toBe(
      1,
    );
  });

  it('show the whole past when they were made so', async () => {
    const { alice, carol, conversation } = await group('all');
    await say(alice, conversation, 'old one');
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    await carol.request({ type: 'group-accept', conversation });
    expect(await texts(carol, conversation)).toEqual(['old one']);
  });

  it('tell who is thrown out that they are, and nobody has them any more', async () => {
    const { alice, bob, conversation } = await group();
    await alice.request({ type: 'group-kick', conversation, address: 'bob', reason: 'noise' });
    for (const client of [alice, bob])
      expect(
        await client.update('group-changed', ({ members = [] }) => members[0]?.standing === 'left'),
      ).toMatchObject({ by: 'alice@localhost', reason: 'noise', members: [{ address: 'bob@localhost' }] });
    expect(await bob.outcome({ type: 'send', clientId: 'x', conversation, body: { text: 'x' } })).toBe(
      'not-found',
    );
    expect((await bob.request({ type: 'conversations' })).conversations).toEqual([]);
    await alice.request({ type: 'group-ban', conversation, address: 'bob' });
    expect(await alice.refusal({ type: 'group-invite', conversation, address: 'bob' })).toMatchObject({
      code: 'forbidden',
    });
    await alice.request({ type: 'group-unban', conversation, address: 'bob' });
    await alice.request({ type: 'group-invite', conversation, address: 'bob' });
    await bob.request({ type: 'group-accept', conversation });
  });

  it('pass to the longest-standing admin when the owner leaves, and can be handed over', async () => {
    const { alice, bob, carol, conversation } = await group();
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    await carol.request({ type: 'group-accept', conversation });
    await alice.request({ type: 'group-role', conversation, address: 'carol', role: 'admin' });
    await alice.request({ type: 'group-leave', conversation });
    const members = async () => {
      const [found] = (await bob.request({ type: 'conversations' })).conversations;
      return found?.kind === 'group' ? found.members.map(({ address, role }) => [address, role]) : [];
    };
    expect(await members()).toEqual([
      ['bob@localhost', 'member'],
      ['carol@localhost', 'owner'],
    ]);
    await carol.request({ type: 'group-role', conversation, address: 'bob', role: 'owner' });
    expect(await members()).toEqual([
      ['bob@localhost', 'owner'],
      ['carol@localhost', 'admin'],
    ]);
  });

  it('leave no hole for who joins, and nothing for who is kicked, while messages pour in', async () => {
    const { alice, bob, carol, conversation } = await group();
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    const pouring = Array.from({ length: 200 }, (_, index) => say(alice, conversation, `m${index}`));
    await carol.request({ type: 'group-accept', conversation });
    await alice.request({ type: 'group-kick', conversation, address: 'bob' });
    await Promise.all(pouring);
    await say(alice, conversation, 'last');
    const log = await carol.sync();
    const joined = log.findLast((update) => update.kind === 'group-opened');
    const first = joined?.kind === 'group-opened' ? joined.opened.firstSeq : 0;
    expect(messagesOf(log).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 201 - first + 1 }, (_, index) => first + index),
    );
    const bobs = await bob.sync();
    const out = bobs.findIndex(
      (update) => update.kind === 'group-changed' && update.members?.[0]?.standing === 'left',
    );
    expect(out).toBeGreaterThan(-1);
    expect(messagesOf(bobs.slice(out))).toEqual([]);
  });

  it('invite nobody past a block, and no more than there is room for', async () => {
    const server = await startServer({ limits: { groupMembers: 2 } });
    const { alice, bob } = await aliceAndBob(server);
    await TestClient.register(server.url, 'carol');
    const { conversation } = await alice.request({ type: 'group-create', clientId: 'g', title: 'Two' });
    await bob.request({ type: 'contact-block', address: 'alice' });
    expect(await alice.refusal({ type: 'group-invite', conversation, address: 'bob' })).toMatchObject({
      code: 'blocked',
    });
    await bob.request({ type: 'contact-unblock', address: 'alice' });
    await alice.request({ type: 'group-invite', conversation, address: 'bob' });
    expect(await alice.refusal({ type: 'group-invite', conversation, address: 'carol' })).toMatchObject({
      code: 'full',
    });
  });
});
