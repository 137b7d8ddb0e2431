import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Event, MessageIn, Store } from '@natter/core';
import { Bench, Script, key, message, page, sender, timeline } from './support/scripted.ts';

/** What a network tells of messages that are called by small numbers, and what the user does. */
type Step =
  | { readonly do: 'live' | 'archive' | 'old'; readonly of: readonly number[] }
  | {
      readonly do: 'retract' | 'decrypt' | 'mark' | 'rename' | 'send' | 'read';
      readonly of: readonly number[];
    };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    'live',
    'live',
    'archive',
    'old',
    'retract',
    'decrypt',
    'mark',
    'rename',
    'send',
    'read',
  ),
  of: fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 5 }),
});

/** Every third of them cannot be read at first, every fourth mentions us, every fifth is our own. */
function told(number: number): MessageIn {
  const content =
    number % 3 === 0
      ? ({ kind: 'undecryptable', text: '', reason: 'no key' } as const)
      : ({ kind: 'text', text: String(number) } as const);
  const self = number % 5 === 0;
  return message('', { stable: key(`s${number}`), content, mentioned: number % 4 === 0, self });
}

function eventsOf({ do: what, of }: Step): readonly Event[] {
  const ascending = of.toSorted((a, b) => a - b);
  const at = { conversation: key('bob'), target: { stable: key(`s${of[0]}`) } } as const;
  const by = sender('bob');
  switch (what) {
    case 'live':
      return [timeline(...of.map(told))];
    case 'archive':
    case 'old':
      return [page(ascending.map(told))];
    case 'retract':
      return [{ type: 'patch', ...at, by, change: { kind: 'retract', at: null, reason: null } }];
    case 'decrypt': {
      const content = { kind: 'text', text: 'healed' } as const;
      const change = { kind: 'decrypted', content, trust: 'e2ee', mentioned: true } as const;
      return [{ type: 'patch', ...at, by, change }];
    }
    case 'mark': {
      const who = sender('me', true);
      return [{ type: 'marker', conversation: at.conversation, who, kind: 'read', upTo: at.target }];
    }
    case 'rename':
      return [
        {
          type: 'rekey',
          of: 'message',
          in: at.conversation,
          from: key(`s${of[0]}`),
          to: key(`s${of.at(-1)}`),
        },
      ];
    default:
      return [];
  }
}

async function take(bench: Bench, script: Script, steps: readonly Step[]): Promise<void> {
  const [first] = steps;
  if (first?.do === 'send' || first?.do === 'read') {
    const { rows } = await bench.call('conversation.list', { offset: 0, limit: 1 });
    if (!rows[0]) return;
    const conversation = rows[0].id;
    const name = crypto.randomUUID();
    if (first.do === 'read') await bench.call('message.read', { key: name, conversation });
    else
      await bench.call('message.send', {
        key: name,
        to: { conversation },
        draft: { content: { kind: 'text', text: 'mine' } },
      });
    return;
  }
  const origin = first?.do === 'old' ? 'snapshot' : 'live';
  await script.commit({ origin, events: steps.flatMap(eventsOf) });
}

async function expectCounted(bench: Bench, store: Store): Promise<void> {
  for (const [id, conversation] of bench.hub.profile.conversations.entries()) {
    const { rows } = await store.timeline({ conversation: id, at: 'end', before: 1000, after: 0 });
    const unread = rows.filter(
      (row) =>
        row.direction === 'in' &&
        row.content.kind !== 'system' &&
        row.retracted === null &&
        (conversation.readOrder === null || row.order > conversation.readOrder),
    );
    expect(conversation.unread).toBe(unread.length);
    expect(conversation.mentions).toBe(unread.filter(({ mentioned }) => mentioned).length);
    const read = rows.find((row) => row.id === conversation.readUpTo);
    if (read && !read.order.startsWith('2')) expect(read.order).toBe(conversation.readOrder);
  }
}

describe('unread counts, whatever comes and goes', () => {
  it('are what a reader would count behind the read position', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
        async (batches) => {
          const script = new Script();
          const store = memoryStore();
          const bench = await Bench.open([script], { store });
          for (const steps of batches) {
            await take(bench, script, steps);
            await expectCounted(bench, store);
          }
          await bench.hub.close();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('go on counting after we have read up to a message of ours that is not sent yet', async () => {
    const script = new Script();
    script.perform = () => new Promise(() => undefined);
    const bench = await Bench.open([script], { patience: 10 });
    await script.commit({ events: [timeline(message('1', { stable: key('1') }))] });
    const conversation = (await bench.conversation()).id;
    const sent = await bench.call('message.send', {
      key: 'k',
      to: { conversation },
      draft: { content: { kind: 'text', text: 'mine' } },
    });
    await bench.call('message.read', { key: 'r', conversation, upTo: sent.message });
    expect((await bench.conversation()).unread).toBe(0);
    await script.commit({ events: [timeline(message('2', { stable: key('2') }))] });
    expect((await bench.conversation()).unread).toBe(1);
    await bench.hub.close();
  });

  it('and rows survive a name that goes back to a former one', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('hello', { stable: key('a') }))] });
    const rename = (from: string, to: string) =>
      ({ type: 'rekey', of: 'message', in: key('bob'), from: key(from), to: key(to) }) as const;
    await script.commit({ events: [rename('a', 'b')] });
    await script.commit({ events: [rename('b', 'a')] });
    expect(await bench.messages()).toMatchObject([{ stable: 'a', content: { text: 'hello' } }]);
    expect((await bench.conversation()).unread).toBe(1);
    // Nor can somebody else's message be made one of ours.
    await script.commit({ events: [timeline(message('mine', { stable: key('c'), self: true }))] });
    await script.commit({ events: [rename('c', 'a')] });
    expect(await bench.texts()).toEqual(['hello', 'mine']);
    await bench.hub.close();
  });
});
