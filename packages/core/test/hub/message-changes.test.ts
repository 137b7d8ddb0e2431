import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { MessageIn, Sender } from '@natter/core';
import { Bench, Script, key, message, page, sender, timeline } from './support/scripted.ts';

describe('changes of messages', () => {
  it('come before their message and wait for it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const react = {
      type: 'patch',
      conversation: key('bob'),
      target: { stable: key('1') },
      by: sender('bob'),
      change: { kind: 'react', key: '👍', on: true },
    } as const;
    const edit = {
      ...react,
      change: { kind: 'edit', content: { kind: 'text', text: 'new' }, at: 5 },
    } as const;
    await script.commit({ events: [react, edit] });
    await script.commit({ events: [timeline(message('old', { stable: key('1') }))] });
    const [row] = await bench.messages();
    expect(row).toMatchObject({
      content: { text: 'new' },
      edited: { count: 1 },
      reactions: [{ key: '👍', mine: false }],
    });
    await script.commit({ events: [react, edit] });
    expect((await bench.messages())[0]).toMatchObject({
      edited: { count: 1 },
      reactions: [{ senders: ['bob'] }],
    });
    await bench.hub.close();
  });

  it('come before their message in the same commit', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const edit = (stable: string) =>
      ({
        type: 'patch',
        conversation: key('bob'),
        target: { stable: key(stable) },
        by: sender('bob'),
        change: { kind: 'edit', content: { kind: 'text', text: `new ${stable}` }, at: 5 },
      }) as const;
    await Promise.all([
      script.commit({ events: [edit('1'), timeline(message('old', { stable: key('1') })), edit('2')] }),
      script.commit({ events: [timeline(message('old', { stable: key('2') }))] }),
    ]);
    expect(await bench.texts()).toEqual(['new 1', 'new 2']);
    await bench.hub.close();
  });

  it('mark as edited what an archive gives in its new words already', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const content = { kind: 'text', text: 'new' } as const;
    const edit = {
      type: 'patch',
      conversation: key('bob'),
      target: { stable: key('1') },
      by: sender('bob'),
      change: { kind: 'edit', content, at: 5 },
    } as const;
    const told = [timeline(message('new', { stable: key('1') })), edit];
    await script.commit({ events: told });
    await script.commit({ events: told });
    expect((await bench.messages())[0]).toMatchObject({ content, edited: { at: 5, count: 1 } });
    await bench.hub.close();
  });

  it('are refused from anybody but the author (class 6: correction by another)', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('mine', { stable: key('1') }))] });
    const by = sender('eve');
    const at = { conversation: key('bob'), target: { stable: key('1') }, by } as const;
    await script.commit({
      events: [
        { type: 'patch', ...at, change: { kind: 'edit', content: { kind: 'text', text: 'forged' }, at: 5 } },
        { type: 'patch', ...at, change: { kind: 'retract', at: 5, reason: null } },
      ],
    });
    expect((await bench.messages())[0]).toMatchObject({
      content: { text: 'mine' },
      edited: null,
      retracted: null,
    });
    await bench.hub.close();
  });

  it.each<[string, boolean, MessageIn, Sender, object?]>([
    ['the author', true, message('said'), sender('bob')],
    ['ourselves on another device', true, message('said', { self: true }), sender('phone', true)],
    [
      'the contact that wrote it by its former name',
      true,
      message('said'),
      { ...sender('robert'), contact: key('bob') },
    ],
    [
      'somebody who has only the nick of that contact',
      false,
      message('said'),
      { ...sender('robert'), contact: key('bob'), proof: 'nick' },
    ],
    ['another contact', false, message('said'), sender('eve')],
    ['somebody who is no contact', false, message('said'), { ...sender('eve'), contact: null }],
    ['a stranger, of what we said', false, message('said', { self: true }), sender('bob')],
    ['ourselves, of what another said', false, message('said'), sender('me', true)],
    ['a moderator, as the network says', true, message('said'), sender('eve'), { moderator: true }],
  ])('take a message back when they come from %s: %s', async (_, taken, said, by, more = {}) => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const contact = { type: 'upsert', of: 'contact', key: key('bob'), value: {} } as const;
    await script.commit({ events: [contact, timeline({ ...said, stable: key('1') })] });
    const at = { type: 'patch', conversation: key('bob'), target: { stable: key('1') }, by } as const;
    await script.commit({ events: [{ ...at, change: { kind: 'retract', at: 5, reason: 'r', ...more } }] });
    const [row] = await bench.messages();
    expect(row).toMatchObject(
      taken
        ? { content: { text: '' }, retracted: { by: by.key, at: 5, reason: 'r' } }
        : { content: { text: 'said' }, retracted: null },
    );
    await bench.hub.close();
  });

  it('heal what could not be decrypted, and search and mentions with it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [
        timeline(
          message('?', {
            stable: key('1'),
            content: { kind: 'undecryptable', text: 'no key', reason: 'key' },
          }),
        ),
      ],
    });
    await script.commit({
      events: [
        {
          type: 'patch',
          conversation: key('bob'),
          target: { stable: key('1') },
          by: sender('bob'),
          change: {
            kind: 'decrypted',
            content: { kind: 'text', text: 'treasure' },
            trust: 'e2ee',
            mentioned: true,
          },
        },
      ],
    });
    expect(await bench.call('history.search', { text: 'treasure' })).toHaveLength(1);
    expect(await bench.conversation()).toMatchObject({ unread: 1, mentions: 1 });
    await bench.hub.close();
  });
});

describe('an answer', () => {
  it('leads to what it answers as soon as that is here, though an archive is read backwards', async () => {
    const script = new Script();
    const store = memoryStore();
    const first = await Bench.open([script], { store });
    const replyTo = { target: { stable: key('1') }, quote: 'what?' };
    await script.commit({
      events: [
        timeline(
          message('because', { stable: key('2'), replyTo }),
          message('and', { stable: key('3'), thread: replyTo }),
        ),
      ],
    });
    expect((await first.messages())[0]?.replyTo?.message).toBeNull();
    await first.hub.close();
    const bench = await Bench.open([script], { store: store.reopen() });
    await script.commit({
      origin: 'archive',
      events: [page([message('what?', { stable: key('1') })], null, key('2'))],
    });
    const [question, answer, threaded] = await bench.messages();
    expect(answer?.replyTo).toEqual({ ...replyTo, message: question?.id });
    expect(threaded?.thread?.message).toBe(question?.id);
    await bench.hub.close();
  });
});
