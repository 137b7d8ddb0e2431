/** What a hub on the memory network is too small or too quick to show, with handlers made for it. */
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import {
  createClient,
  directLink,
  errorData,
  Frames,
  LiveMapWriter,
  NatterError,
  openWindow,
  order,
  slowJsonLink,
} from '../../src/index.ts';
import type { ConversationId, Handlers, MessageId, OperationId, Person, PersonId } from '../../src/index.ts';
import { ways } from './profile.ts';

/** Handlers of which only a part is called. */
function standIn(part: {
  methods?: Partial<Handlers['methods']>;
  streams?: Partial<Handlers['streams']>;
}): Handlers {
  return { methods: {}, streams: {}, blobs: {}, ...part } as Handlers;
}

describe.each(ways)('a whole list over a %s link', (way) => {
  it('comes in steps, each bounded, until it is whole, and then only changes cross', async () => {
    const frames = new Frames((error) => {
      throw error;
    });
    const people = new LiveMapWriter<PersonId, Person>(frames);
    const person = (n: number): Person =>
      ({ id: `p${n}`, name: String(n).padStart(5, '0'), contacts: [] }) as unknown as Person;
    frames.run(() => Array.from({ length: 2_500 }, (_, n) => people.set(`p${n}` as PersonId, person(n))));
    const list = order(
      people,
      ({ name }) => name,
      (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    );
    const limits: number[] = [];
    const handlers = standIn({
      streams: {
        people: ({ offset, limit }, feed) => {
          limits.push(limit);
          const window = openWindow(list, { offset, limit });
          const subscription = window.change$.subscribe((change) => feed.rows(change));
          return {
            update: (next) => {
              limits.push(next.limit);
              window.move(next);
            },
            close: () => subscription.unsubscribe(),
          };
        },
      },
    });
    const link = way === 'direct' ? directLink(handlers) : await slowJsonLink(handlers, { delay: 1 });
    const client = createClient(link);
    const sizes: number[] = [];
    let last: readonly Person[] = [];
    client.people$.subscribe((rows) => {
      last = rows;
      sizes.push(rows.length);
    });
    await eventually(() => expect(last).toHaveLength(2_500));
    // In-process the steps are over before the first subscriber hears; over JSON each is a frame of its own.
    expect(sizes).toEqual(way === 'direct' ? [2_500] : [1_000, 2_000, 2_500]);
    expect(limits).toEqual([1_000, 2_000, 4_000]);
    people.set('pz' as PersonId, person(0));
    await eventually(() => expect(last).toHaveLength(2_501));
    expect(last.map(({ name }) => name)).toEqual(list.slice(0, list.size).map(({ name }) => name));
    client.close();
  });
});

describe('a send that is cut on the way', () => {
  it('is asked for again under its key, and is stored once', async () => {
    const stored = new Map<string, MessageId>();
    const asked: string[] = [];
    const link = await slowJsonLink(
      standIn({
        methods: {
          'message.send': async ({ key }) => {
            asked.push(key);
            if (!stored.has(key)) stored.set(key, `m${stored.size}` as MessageId);
            // Stored, and the answer is lost.
            if (asked.length < 3) link.cut();
            return {
              operation: 'o1' as OperationId,
              message: stored.get(key)!,
              conversation: 'v1' as ConversationId,
            };
          },
        },
      }),
      { delay: 1 },
    );
    const client = createClient(link);
    const to = { conversation: 'v1' as ConversationId };
    const sent = await client.send({ to, draft: { content: { kind: 'text', text: 'hi' } } });
    expect(sent.message).toBe('m0');
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(1);
    client.close();
    await expect(client.send({ to, draft: { content: { kind: 'text', text: 'hi' } } })).rejects.toMatchObject(
      {
        data: { code: 'closed' },
      },
    );
  });

  it('is not asked for again when it is certain that it was not stored', async () => {
    let asked = 0;
    const handlers = standIn({
      methods: {
        'message.send': async () => {
          asked += 1;
          // Asking for ever would hang the test instead of failing it.
          const code = asked < 5 ? 'network' : 'closed';
          throw new NatterError(errorData(code, 'too many wait', { certain: true }));
        },
      },
    });
    const client = createClient(directLink(handlers));
    const to = { conversation: 'v1' as ConversationId };
    await expect(client.send({ to, draft: { content: { kind: 'text', text: 'hi' } } })).rejects.toMatchObject(
      {
        data: { message: 'too many wait' },
      },
    );
    expect(asked).toBe(1);
    client.close();
  });

  it('is given up by its signal', async () => {
    const link = directLink(standIn({ methods: { 'message.send': () => new Promise(() => {}) } }));
    const abort = new AbortController();
    const sending = createClient(link).send(
      { to: { conversation: 'v1' as ConversationId }, draft: { content: { kind: 'text', text: 'hi' } } },
      { signal: abort.signal },
    );
    abort.abort();
    const error: unknown = await sending.catch((caught: unknown) => caught);
    expect(NatterError.isInstance(error) && error.data.code).toBe('aborted');
  });
});

describe('a stream of a closed client', () => {
  it('completes, and a status says why', async () => {
    const client = createClient(directLink(standIn({})));
    client.close();
    expect(await firstValueFrom(client.status$)).toBe('closed');
    expect(await firstValueFrom(client.accounts$, { defaultValue: 'completed' })).toBe('completed');
  });
});
