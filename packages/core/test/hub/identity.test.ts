import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, page, timeline } from './support/scripted.ts';

describe('one message, however often it is told', () => {
  it('deduplicates by the id that the server gave', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const told = timeline(message('hello', { stable: key('1') }));
    await Promise.all([script.commit({ events: [told] }), script.commit({ events: [told, told] })]);
    expect(await bench.texts()).toEqual(['hello']);
    expect((await bench.conversation()).unread).toBe(1);
    await bench.hub.close();
  });

  it('deduplicates ids that a sender chose only for that sender', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [
        timeline(message('from bob', { claimed: '7' }), message('from eve', { claimed: '7', from: 'eve' })),
      ],
    });
    await script.commit({ events: [timeline(message('from bob', { claimed: '7' }))] });
    expect(await bench.texts()).toEqual(['from bob', 'from eve']);
    await bench.hub.close();
  });

  it('keeps two messages of which the server says that they are two, though their sender gave them one id', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('one', { stable: key('1'), claimed: 'x' }))] });
    await script.commit({ events: [timeline(message('two', { stable: key('2'), claimed: 'x' }))] });
    expect(await bench.texts()).toEqual(['one', 'two']);
    await bench.hub.close();
  });

  it('joins a live message without a server id with its archived double', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('hi', { claimed: 'x' }))] });
    await script.commit({ events: [timeline(message('hi', { claimed: 'x', stable: key('9') }))] });
    const [row, ...others] = await bench.messages();
    expect(others).toEqual([]);
    expect(row?.stable).toBe('9');
    await bench.hub.close();
  });
});

describe('rekey in mid-conversation', () => {
  it('keeps the message, and what refers to it by either name', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('a', { stable: key('local') }))] });
    const [before] = await bench.messages();
    await script.commit({
      events: [{ type: 'rekey', of: 'message', in: key('bob'), from: key('local'), to: key('server') }],
    });
    await script.commit({
      events: [
        timeline(
          message('a', { stable: key('server') }),
          message('a', { stable: key('local') }),
          message('re', { stable: key('2'), replyTo: { target: { stable: key('local') } } }),
        ),
      ],
    });
    const [after, reply, ...others] = await bench.messages();
    expect(others).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, stable: 'server' });
    expect(reply?.replyTo?.message).toBe(before?.id);
    await bench.hub.close();
  });

  it('joins two rows that turn out to be one message', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [timeline(message('a', { stable: key('local') }), message('a', { stable: key('server') }))],
    });
    await script.commit({
      events: [{ type: 'rekey', of: 'message', in: key('bob'), from: key('local'), to: key('server') }],
    });
    expect(await bench.texts()).toEqual(['a']);
    await bench.hub.close();
  });

  it('keeps contact, person, conversation, draft and read position', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [
        { type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob', stability: 'session' } },
        timeline(message('a', { stable: key('1') })),
      ],
    });
    const before = await bench.conversation();
    await bench.call('conversation.update', { conversation: before.id, draft: 'unsent' });
    await bench.call('message.read', { key: 'r', conversation: before.id });
    const [person] = (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 9 })).rows;
    await script.commit({
      events: [
        { type: 'rekey', of: 'contact', from: key('bob'), to: key('robert') },
        { type: 'rekey', of: 'conversation', from: key('bob'), to: key('robert') },
        {
          type: 'timeline',
          conversation: key('robert'),
          place: { by: 'tail' },
          items: [message('b', { stable: key('2'), from: 'robert' })],
        },
      ],
    });
    const after = await bench.conversation();
    expect(after).toMatchObject({
      id: before.id,
      key: 'robert',
      draft: 'unsent',
      unread: 1,
      contact: before.contact,
    });
    expect(await bench.texts()).toEqual(['a', 'b']);
    const people = await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 9 });
    expect(people.rows.map(({ id }) => id)).toEqual([person?.id]);
    script.history = async () => ({
      batch: {
        origin: 'archive',
        events: [page([message('late, by the old key', { stable: key('0') })], null, key('1'))],
      },
      next: null,
      reached: 'start',
    });
    await bench.call('history.page', { conversation: before.id, limit: 10 });
    expect(await bench.texts()).toEqual(['late, by the old key', 'a', 'b']);
    await bench.hub.close();
  });

  it('keeps a member who changes their nick', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [
        { type: 'upsert', of: 'conversation', key: key('#room'), value: { kind: 'channel' } },
        { type: 'upsert', of: 'member', in: key('#room'), key: key('bob'), value: { role: 'admin' } },
      ],
    });
    await script.commit({
      events: [{ type: 'rekey', of: 'participant', in: key('#room'), from: key('bob'), to: key('robert') }],
    });
    const { id } = await bench.conversation();
    const { members } = await bench.call('conversation.members', { conversation: id });
    expect(members).toMatchObject([{ key: 'robert', role: 'admin' }]);
    await bench.hub.close();
  });
});

describe('a batch that would harm', () => {
  it('is refused alone: the other account and the other batches of the same commit stand', async () => {
    const [good, bad] = [new Script('good'), new Script('bad')];
    const bench = await Bench.open([good, bad]);
    const refused = bad.commit({
      events: [
        { type: 'timeline', conversation: key('bob'), place: { by: 'key', keys: [] }, items: [message('x')] },
      ],
    });
    const stored = good.commit({ events: [timeline(message('fine', { stable: key('1') }))] });
    await expect(refused).rejects.toMatchObject({ data: { code: 'protocol' } });
    await stored;
    expect(await bench.texts()).toEqual(['fine']);
    await bench.hub.close();
  });
});
