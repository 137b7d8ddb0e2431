import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

const hour = 3_600_000;

/** Alice and Bob, and the conversation of the two with some messages in it. */
async function talk(
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ url: string; alice: TestClient; bob: TestClient; conversation: string }> {
  const server = await startServer(options);
  const { alice, bob } = await aliceAndBob(server);
  const { conversation } = await alice.request({
    type: 'send',
    clientId: 'first',
    peer: 'bob',
    body: { text: 'first' },
  });
  await Promise.all([alice.sync(), bob.sync()]);
  return { url: server.url, alice, bob, conversation };
}

const say = (client: TestClient, conversation: string, text: string) =>
  client.request({ type: 'send', clientId: text, conversation, body: { text } });
const get = (client: TestClient, conversation: string) =>
  client.request({ type: 'conversation-get', conversation });

describe('pins', () => {
  it('are set by either of two, told to both, and kept in the order of pinning', async () => {
    const { alice, bob, conversation } = await talk();
    await say(bob, conversation, 'second');
    await bob.request({ type: 'pin', conversation, seq: 2, on: true });
    await alice.request({ type: 'pin', conversation, seq: 1, on: true });
    await alice.request({ type: 'pin', conversation, seq: 1, on: true });
    for (const client of [alice, bob]) {
      expect(await client.update('conversation-changed', ({ pins = [] }) => pins.length === 2)).toMatchObject(
        { conversation, by: 'alice@localhost', pins: [2, 1] },
      );
      expect(await get(client, conversation)).toMatchObject({ pins: [2, 1] });
    }
    await alice.request({ type: 'pin', conversation, seq: 2, on: false });
    expect(await get(bob, conversation)).toMatchObject({ pins: [1] });
    expect(await alice.refusal({ type: 'pin', conversation, seq: 9, on: true })).toMatchObject({
      code: 'not-found',
    });
  });

  it('go with a message that is taken back, and cannot be set on it', async () => {
    const { alice, bob, conversation } = await talk();
    await bob.request({ type: 'pin', conversation, seq: 1, on: true });
    await alice.request({ type: 'retract', conversation, seq: 1 });
    await bob.update('conversation-changed', ({ pins }) => pins?.length === 0);
    expect(await get(bob, conversation)).not.toHaveProperty('pins');
    expect(await bob.refusal({ type: 'pin', conversation, seq: 1, on: true })).toMatchObject({
      code: 'forbidden',
    });
  });

  it('have a limit', async () => {
    const { alice, conversation } = await talk();
    await Promise.all(Array.from({ length: 50 }, (_, index) => say(alice, conversation, `m${index}`)));
    const outcomes = await Promise.all(
      Array.from({ length: 51 }, (_, index) =>
        alice.outcome({ type: 'pin', conversation, seq: index + 1, on: true }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(1);
  });

  it('of what was said before one joined a group are not told', async () => {
    const { url, alice, conversation: _direct } = await talk();
    const carol = await TestClient.register(url, 'carol');
    const { conversation } = await alice.request({ type: 'group-create', clientId: 'g', title: 'G' });
    await say(alice, conversation, 'before');
    await alice.request({ type: 'pin', conversation, seq: 1, on: true });
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    await carol.request({ type: 'group-accept', conversation });
    await say(alice, conversation, 'after');
    await alice.request({ type: 'pin', conversation, seq: 2, on: true });
    expect(await get(carol, conversation)).toMatchObject({ pins: [2] });
    const changes = (await carol.sync()).filter(({ kind }) => kind === 'conversation-changed');
    expect(changes).toMatchObject([{ pins: [2] }]);
  });
});

describe('messages that vanish', () => {
  it('are gone for everybody when their time has come: history, update logs, search and file', async () => {
    const dataDirectory = temporaryDirectory();
    const { url, alice, bob, conversation } = await talk({ dataDirectory });
    await alice.request({ type: 'conversation-update', conversation, expiry: 1000 });
    expect(await bob.update('conversation-changed')).toMatchObject({ expiry: 1000, by: 'alice@localhost' });
    const { time } = await say(alice, conversation, 'fleeting');
    expect(await bob.update('message', ({ seq }) => seq === 2)).toMatchObject({ expiresAt: time + 1000 });
    await alice.request({ type: 'edit', conversation, seq: 2, body: { text: 'fleeting words' } });
    await bob.request({ type: 'react', conversation, seq: 2, key: '+', on: true });
    await bob.request({ type: 'pin', conversation, seq: 2, on: true });
    expect((await bob.request({ type: 'search', query: 'fleeting' })).messages).toHaveLength(1);

    for (const client of [alice, bob])
      expect(await client.update('expired')).toMatchObject({ conversation, seqs: [2] });
    // A device that was away never sees it, and its positions have no hole.
    const late = await TestClient.signIn(url, 'bob');
    const log = await late.sync();
    expect(JSON.stringify(log)).not.toContain('fleeting');
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
    expect(messagesOf(log).map(({ seq }) => seq)).toEqual([1]);
    const page = await alice.request({ type: 'history', conversation });
    expect(page).toMatchObject({ messages: [{ seq: 1 }], reachedStart: true, reachedEnd: true });
    expect((await bob.request({ type: 'search', query: 'fleeting' })).messages).toEqual([]);
    expect(await get(bob, conversation)).not.toHaveProperty('pins');
    for (const type of ['edit', 'retract', 'react', 'pin'] as const)
      expect(
        await alice.outcome({ type, conversation, seq: 2, key: '+', on: true, body: { text: 'back' } }),
      ).toBe('not-found');
    const file = new DatabaseSync(join(dataDirectory, 'server.db'), { readOnly: true });
    for (const [table, column] of [
      ['message', 'body'],
      ['update_log', 'data'],
    ])
      expect(file.prepare(`SELECT 1 FROM ${table} WHERE ${column} LIKE '%fleeting%'`).all()).toEqual([]);
    file.close();
  });

  it('keep their place: the sequence goes on behind them, and a resend is known', async () => {
    const { alice, bob, conversation } = await talk();
    await alice.request({ type: 'conversation-update', conversation, expiry: 1000 });
    const first = await say(alice, conversation, 'fleeting');
    await bob.update('expired');
    expect(await say(alice, conversation, 'fleeting')).toEqual(first);
    expect(
      await alice.refusal({ type: 'send', clientId: 'fleeting', conversation, body: { text: 'other' } }),
    ).toMatchObject({ code: 'conflict' });
    await alice.request({ type: 'conversation-update', conversation, expiry: 0 });
    expect(await say(alice, conversation, 'lasting')).toMatchObject({ seq: 3 });
  });

  it('are only those that were sent while it was so', async () => {
    const clock = { now: 1_000_000 };
    const dataDirectory = temporaryDirectory();
    const first = await startServer({ dataDirectory, clock: () => clock.now });
    const { alice } = await aliceAndBob(first);
    const { conversation } = await alice.request({
      type: 'send',
      clientId: 'before',
      peer: 'bob',
      body: { text: 'before' },
    });
    await alice.request({ type: 'conversation-update', conversation, expiry: hour });
    await say(alice, conversation, 'fleeting');
    await alice.request({ type: 'conversation-update', conversation, expiry: 0 });
    await say(alice, conversation, 'after');
    await first.close();
    // What came due while the server was not running goes when it starts.
    clock.now += 2 * hour;
    const second = await startServer({ dataDirectory, clock: () => clock.now });
    const bob = await TestClient.signIn(second.url, 'bob');
    const texts = async (): Promise<unknown[]> =>
      (await bob.request({ type: 'history', conversation })).messages.map(({ body }) => body?.text);
    await bob.sync();
    while ((await texts()).length > 2) await new Promise((resolve) => setImmediate(resolve));
    expect(await texts()).toEqual(['before', 'after']);
  });
});

describe('the age of messages', () => {
  it('ends editing and taking back, as the limits say', async () => {
    const clock = { now: 1_000_000 };
    const { alice, conversation } = await talk({
      clock: () => clock.now,
      limits: { editAge: hour, retractAge: 2 * hour },
    });
    expect((await alice.request({ type: 'hello' })).limits).toMatchObject({
      editAge: hour,
      retractAge: 2 * hour,
    });
    const edit = (text: string) => alice.outcome({ type: 'edit', conversation, seq: 1, body: { text } });
    clock.now += hour;
    expect(await edit('in time')).toBe('done');
    clock.now += 1;
    expect(await edit('too late')).toBe('forbidden');
    // Said again after a lost answer, it is done already.
    expect(await edit('in time')).toBe('done');
    clock.now += hour;
    expect(await alice.outcome({ type: 'retract', conversation, seq: 1 })).toBe('forbidden');
  });
});

describe('taking back', () => {
  it('leaves nothing of earlier versions in the update logs', async () => {
    const { url, alice, conversation } = await talk();
    await alice.request({ type: 'edit', conversation, seq: 1, body: { text: 'a slip of the tongue' } });
    await alice.request({ type: 'retract', conversation, seq: 1 });
    const late = await TestClient.signIn(url, 'bob');
    expect(JSON.stringify(await late.sync())).not.toContain('tongue');
  });
});

describe('the picture of a group', () => {
  it('is set by who may, and read by who is in it or invited, and by nobody else', async () => {
    const { url, alice, bob } = await talk();
    const carol = await TestClient.register(url, 'carol');
    const { conversation } = await alice.request({
      type: 'group-create',
      clientId: 'g',
      title: 'G',
      invite: ['bob'],
    });
    const upload = async (client: TestClient, clientId: string): Promise<string> => {
      const bytes = Buffer.from('not really a picture');
      const { file, path, token } = await client.request({
        type: 'file-create',
        clientId,
        name: 'icon.png',
        mediaType: 'image/png',
        size: bytes.length,
      });
      await fetch(`${url.replace(/^ws/u, 'http')}${path}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/offset+octet-stream',
          'upload-offset': '0',
        },
        body: bytes,
      });
      return file;
    };
    const icon = await upload(alice, 'icon');
    await alice.request({ type: 'group-update', conversation, icon });
    expect(await bob.update('group-changed')).toMatchObject({ icon });
    expect(await get(bob, conversation)).toMatchObject({ icon });
    await bob.request({ type: 'file-get', file: icon });
    expect(await carol.outcome({ type: 'file-get', file: icon })).toBe('not-found');
    // Nobody shows what they cannot read.
    const foreign = await upload(carol, 'hers');
    expect(await alice.outcome({ type: 'group-update', conversation, icon: foreign })).toBe('not-found');
    await alice.request({ type: 'group-kick', conversation, address: 'bob' });
    expect(await bob.outcome({ type: 'file-get', file: icon })).toBe('not-found');
    await alice.request({ type: 'group-update', conversation, icon: '' });
    expect(await get(alice, conversation)).not.toHaveProperty('icon');
  });
});
