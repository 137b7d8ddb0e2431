import { describe, expect, it } from 'vitest';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('messages', () => {
  it('go both ways, with dense sequences, to all devices of both', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const bobsPhone = await TestClient.signIn(server.url, 'bob');
    await Promise.all([alice.sync(), bob.sync(), bobsPhone.sync()]);

    const first = await alice.request({ type: 'send', clientId: 'a1', peer: 'bob', body: { text: 'hello' } });
    expect(first).toMatchObject({ seq: 1 });
    const second = await bob.request({
      type: 'send',
      clientId: 'b1',
      conversation: first.conversation,
      body: { text: 'hi' },
    });
    expect(second).toMatchObject({ seq: 2, conversation: first.conversation });

    for (const device of [bob, bobsPhone]) {
      expect(await device.update('message', ({ seq }) => seq === 1)).toMatchObject({
        from: 'alice@localhost',
        body: { text: 'hello' },
      });
      expect(await device.update('message', ({ seq }) => seq === 2)).toMatchObject({
        from: 'bob@localhost',
        clientId: 'b1',
      });
    }
    // The client id is the sender's own affair.
    expect(await alice.update('message', ({ seq }) => seq === 2)).not.toHaveProperty('clientId');
    expect(await alice.update('message', ({ seq }) => seq === 1)).toMatchObject({ clientId: 'a1' });
    const read = [
      await alice.request({ type: 'history', conversation: first.conversation }),
      { messages: messagesOf(await alice.sync()) },
    ];
    for (const { messages } of read)
      expect(messages.map(({ clientId }) => clientId)).toEqual(['a1', undefined]);
    expect((await bob.update('conversation')).opened).toMatchObject({
      conversation: first.conversation,
      peer: 'alice@localhost',
    });
  });

  it('that were sent while a device was away arrive once, in order, in pages', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const cursor = (await bob.sync()).at(-1)?.position ?? 0;
    await bob.close();
    const count = 2000;
    const sent = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        alice.request({
          type: 'send',
          clientId: `m${index}`,
          peer: 'bob',
          body: { text: `message ${index}` },
        }),
      ),
    );
    expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));

    const back = await TestClient.connect(server.url);
    const { device, token } = bob.signedIn ?? { device: '', token: '' };
    await back.request({ type: 'resume', address: 'bob', device, token });
    const updates = await back.sync(cursor, 128);
    expect(updates.map(({ position }) => position)).toEqual(updates.map((_, index) => cursor + 1 + index));
    expect(messagesOf(updates).map(({ body }) => body?.text)).toEqual(
      sent.map((_, index) => `message ${index}`),
    );
    await alice.request({ type: 'send', clientId: 'live', peer: 'bob', body: { text: 'live' } });
    expect(await back.update('message')).toMatchObject({
      body: { text: 'live' },
      position: (updates.at(-1)?.position ?? 0) + 1,
    });
  });

  it('are stored once however often they are sent', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const frame = { type: 'send', clientId: 'same', peer: 'bob', body: { text: 'once' } } as const;
    const [first, second] = await Promise.all([alice.request(frame), alice.request(frame)]);
    const third = await (await TestClient.signIn(server.url, 'alice')).request(frame);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(messagesOf(await bob.sync())).toHaveLength(1);
  });

  it('with a client id that was used for something else are refused and not stored', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await TestClient.register(server.url, 'carol');
    const { conversation } = await alice.request({
      type: 'send',
      clientId: 'k',
      peer: 'bob',
      body: { text: 'one' },
    });
    expect(
      await alice.refusal({ type: 'send', clientId: 'k', peer: 'bob', body: { text: 'two' } }),
    ).toMatchObject({ code: 'conflict' });
    expect(
      await alice.refusal({ type: 'send', clientId: 'k', peer: 'carol', body: { text: 'one' } }),
    ).toMatchObject({ code: 'conflict' });
    // Another sender may use the same id, and an edited message is still the one that was sent.
    await bob.request({ type: 'send', clientId: 'k', peer: 'alice', body: { text: 'mine' } });
    await alice.request({ type: 'edit', conversation, seq: 1, body: { text: 'changed' } });
    expect(
      await alice.request({ type: 'send', clientId: 'k', peer: 'bob', body: { text: 'one' } }),
    ).toMatchObject({ seq: 1 });
    expect(
      await alice.refusal({ type: 'send', clientId: 'k', peer: 'bob', body: { text: 'changed' } }),
    ).toMatchObject({ code: 'conflict' });
    expect(
      (await bob.request({ type: 'history', conversation })).messages.map(({ body }) => body?.text),
    ).toEqual(['changed', 'mine']);
  });

  it('can be edited, retracted and reacted to, and everybody hears of it', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    await bob.sync();
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'helo' },
    });
    await alice.request({ type: 'send', clientId: '2', conversation, body: { text: 'oops' } });
    const target = { conversation, seq: 1 };
    await alice.request({ type: 'edit', ...target, body: { text: 'hello' } });
    await bob.request({ type: 'react', ...target, key: '👍', on: true });
    await alice.request({ type: 'retract', conversation, seq: 2 });

    expect(await bob.update('edit')).toMatchObject({
      ...target,
      by: 'alice@localhost',
      body: { text: 'hello' },
    });
    expect(await bob.update('reaction')).toMatchObject({
      ...target,
      by: 'bob@localhost',
      key: '👍',
      on: true,
    });
    expect(await bob.update('retraction')).toMatchObject({ conversation, seq: 2 });
    expect(await bob.refusal({ type: 'edit', ...target, body: { text: 'mine' } })).toMatchObject({
      code: 'forbidden',
    });
    expect(await bob.refusal({ type: 'retract', ...target })).toMatchObject({ code: 'forbidden' });
    expect(await alice.refusal({ type: 'edit', conversation, seq: 2, body: { text: 'back' } })).toMatchObject(
      { code: 'forbidden' },
    );
    expect(await alice.refusal({ type: 'edit', conversation, seq: 9, body: { text: 'x' } })).toMatchObject({
      code: 'not-found',
    });

    const { messages } = await bob.request({ type: 'history', conversation });
    expect(messages).toMatchObject([
      { seq: 1, body: { text: 'hello' }, reactions: [{ key: '👍', by: ['bob@localhost'] }] },
      { seq: 2, body: null },
    ]);
    expect(messages[1]?.retractedAt).toBeTypeOf('number');
  });

  it('have markers that move forward only and reach both sides', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const bobsPhone = await TestClient.signIn(server.url, 'bob');
    await Promise.all([alice.sync(), bobsPhone.sync()]);
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'one' },
    });
    await alice.request({ type: 'send', clientId: '2', conversation, body: { text: 'two' } });
    await bob.request({ type: 'mark', kind: 'delivered', marks: [{ conversation, seq: 2 }] });
    await bob.request({ type: 'mark', kind: 'read', marks: [{ conversation, seq: 99 }] });
    await bob.request({ type: 'mark', kind: 'read', marks: [{ conversation, seq: 1 }] });

    expect(await alice.update('marker', ({ marker }) => marker === 'delivered')).toMatchObject({
      by: 'bob@localhost',
      seq: 2,
    });
    expect(await bobsPhone.update('marker', ({ marker }) => marker === 'read')).toMatchObject({
      by: 'bob@localhost',
      seq: 2,
    });
    const { conversations } = await alice.request({ type: 'conversations' });
    expect(conversations).toMatchObject([{ conversation, peer: 'bob@localhost', lastSeq: 2 }]);
    expect(conversations[0]?.positions).toContainEqual({ address: 'bob@localhost', delivered: 2, read: 2 });
    expect(alice.pushed().filter(({ kind }) => kind === 'marker')).toHaveLength(2);
  });

  it('can be read in pages in both directions', async () => {
    const server = await startServer();
    const { alice } = await aliceAndBob(server);
    let conversation = '';
    for (let index = 1; index <= 25; index += 1) {
      ({ conversation } = await alice.request({
        type: 'send',
        clientId: `${index}`,
        peer: 'bob',
        body: { text: `${index}` },
      }));
    }
    const page = async (frame: {
      before?: number;
      after?: number;
    }): Promise<{ seqs: number[]; start: boolean; end: boolean }> => {
      const { messages, reachedStart, reachedEnd } = await alice.request({
        type: 'history',
        conversation,
        limit: 10,
        ...frame,
      });
      return { seqs: messages.map(({ seq }) => seq), start: reachedStart, end: reachedEnd };
    };
    const run = (from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(await page({})).toEqual({ seqs: run(16, 25), start: false, end: true });
    expect(await page({ before: 16 })).toEqual({ seqs: run(6, 15), start: false, end: false });
    expect(await page({ before: 6 })).toEqual({ seqs: run(1, 5), start: true, end: false });
    expect(await page({ after: 0 })).toEqual({ seqs: run(1, 10), start: true, end: false });
    expect(await page({ after: 20 })).toEqual({ seqs: run(21, 25), start: false, end: true });
    expect(await page({ after: 25 })).toEqual({ seqs: [], start: false, end: true });
  });

  it('of others cannot be reached', async () => {
    const server = await startServer();
    const { alice } = await aliceAndBob(server);
    const carol = await TestClient.register(server.url, 'carol');
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'private' },
    });
    const target = { conversation, seq: 1 };
    const requests = [
      { type: 'history', conversation },
      { type: 'send', clientId: 'x', conversation, body: { text: 'x' } },
      { type: 'edit', ...target, body: { text: 'x' } },
      { type: 'retract', ...target },
      { type: 'react', ...target, key: 'x', on: true },
      { type: 'mark', kind: 'read', marks: [target] },
    ] as const;
    for (const request of requests) expect(await carol.refusal(request)).toMatchObject({ code: 'not-found' });
    for (const id of ['c0', 'c99', 'x', 'constructor', 'c-1', `c${'z'.repeat(20)}`]) {
      expect(await carol.refusal({ type: 'history', conversation: id })).toMatchObject({ code: 'not-found' });
    }
  });

  it('are announced by typing, which is not stored', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const { conversation } = await alice.request({ type: 'conversation-open', peer: 'bob' });
    alice.send({ type: 'typing', conversation, active: true });
    expect(await bob.push('typing')).toMatchObject({ conversation, from: 'alice@localhost', active: true });
    expect((await bob.sync()).map(({ kind }) => kind)).toEqual(['account', 'conversation']);
  });

  it('to oneself are notes', async () => {
    const server = await startServer();
    const { alice } = await aliceAndBob(server);
    await alice.sync();
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'alice',
      body: { text: 'milk' },
    });
    expect(await alice.update('message')).toMatchObject({ seq: 1, conversation });
    expect(alice.pushed().filter(({ kind }) => kind === 'message')).toHaveLength(1);
  });
});
