import { describe, expect, it } from 'vitest';
import type { ConversationId } from '@natter/core';
import { Bench, Script, key, message, sender, timeline } from './support/scripted.ts';

async function withBob(script: Script, bench: Bench): Promise<ConversationId> {
  await script.commit({ events: [timeline(message('hello', { stable: key('1') }))] });
  return (await bench.conversation()).id;
}

const draft = (text: string) => ({ content: { kind: 'text', text } }) as const;
const last = async (bench: Bench) => (await bench.messages()).at(-1);

describe('receipts and read positions', () => {
  it('mark what was sent up to there, and never step back', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    for (const text of ['a', 'b'])
      await bench.call('message.send', { key: text, to: { conversation }, draft: draft(text) });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    const rows = await bench.messages();
    const marker = (kind: 'delivered' | 'read', upTo: string) =>
      ({
        type: 'marker',
        conversation: key('bob'),
        who: sender('bob'),
        kind,
        upTo: { stable: key(upTo) },
      }) as const;
    await script.commit({ events: [marker('read', rows[2]!.stable!)] });
    await script.commit({ events: [marker('delivered', rows[1]!.stable!)] });
    expect((await bench.messages()).map(({ delivery }) => delivery)).toEqual([null, 'read', 'read']);
    await bench.hub.close();
  });

  it('count unread from our own position, wherever it was moved', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [timeline(...['1', '2', '3'].map((id) => message(id, { stable: key(id) })))],
    });
    const me = sender('me', true);
    await script.commit({
      events: [
        timeline(message('4', { stable: key('4'), mentioned: true })),
        { type: 'marker', conversation: key('bob'), who: me, kind: 'read', upTo: { stable: key('2') } },
      ],
    });
    expect(await bench.conversation()).toMatchObject({ unread: 2, mentions: 1 });
    await script.commit({
      events: [
        { type: 'marker', conversation: key('bob'), who: me, kind: 'read', upTo: { stable: key('1') } },
      ],
    });
    expect(await bench.conversation()).toMatchObject({ unread: 2 });
    await bench.call('message.read', { key: 'r', conversation: (await bench.conversation()).id });
    expect(await bench.conversation()).toMatchObject({ unread: 0, mentions: 0 });
    await bench.hub.close();
  });
});
