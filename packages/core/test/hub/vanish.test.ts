import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';

const gone = (name: string) => ({ type: 'remove', of: 'message', in: key('bob'), key: key(name) }) as const;

/** Three unread messages of one conversation. */
async function three(limits: object = {}): Promise<{ script: Script; bench: Bench }> {
  const script = new Script('script', { limits });
  const bench = await Bench.open([script]);
  const items = ['one', 'two', 'three'].map((name) => message(name, { stable: key(name) }));
  await script.commit({ events: [timeline(...items)] });
  return { script, bench };
}

describe('a message that the network has removed for everybody', () => {
  it('is in no timeline, no search and no count, and is not the last one any more', async () => {
    const { script, bench } = await three();
    expect(await bench.conversation()).toMatchObject({ unread: 3 });
    await script.commit({ events: [gone('three'), gone('one'), gone('never seen')] });
    expect(await bench.texts()).toEqual(['two']);
    const [left] = await bench.messages();
    expect(await bench.conversation()).toMatchObject({ unread: 1, lastMessage: left?.id });
    expect(await bench.call('history.search', { text: 'three' })).toEqual([]);
    await script.commit({ events: [gone('two')] });
    expect(await bench.conversation()).toMatchObject({ unread: 0, lastMessage: null });
    await bench.hub.close();
  });

  it('is shown among the pins only while it is here', async () => {
    const { script, bench } = await three();
    const pins = ['two', 'unknown', 'one'].map(key);
    await script.commit({
      events: [{ type: 'upsert', of: 'conversation', key: key('bob'), value: { pins, expiry: 60_000 } }],
    });
    const row = await bench.conversation();
    expect(row).toMatchObject({ pins, expiry: 60_000 });
    const pinned = async () =>
      (await bench.call('conversation.pins', { conversation: row.id })).map(({ content }) => content.text);
    expect(await pinned()).toEqual(['two', 'one']);
    await script.commit({ events: [gone('two')] });
    expect(await pinned()).toEqual(['one']);
    await bench.hub.close();
  });
});

describe('the age of messages', () => {
  it('is a limit that is enforced before the network is asked', async () => {
    const { script, bench } = await three({ editAge: 1000, retractAge: 1000 });
    // Received long ago, by the clock of the test's messages.
    const [old] = await bench.messages();
    const id = old!.id;
    const refused = { data: { code: 'forbidden', scope: 'message' } };
    const content = { kind: 'text', text: 'x' } as const;
    await expect(bench.call('message.edit', { key: 'k', message: id, content })).rejects.toMatchObject(
      refused,
    );
    await expect(bench.call('message.retract', { key: 'l', message: id })).rejects.toMatchObject(refused);
    expect(script.performed).toEqual([]);
    await bench.hub.close();
  });
});
