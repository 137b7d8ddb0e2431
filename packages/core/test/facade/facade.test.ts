import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import type {
  Account,
  AccountId,
  ConversationId,
  ErrorData,
  MessageView,
  Operation,
  Person,
  Rows,
} from '../../src/index.ts';
import { openProfile, ways } from './profile.ts';
import type { TestProfile } from './profile.ts';

/** Keeps everything a stream says. */
function collect<T>(stream$: Observable<T>): { values: T[]; last: () => T | undefined; done: () => boolean } {
  const values: T[] = [];
  let completed = false;
  stream$.subscribe({
    next: (value) => void values.push(value),
    error: (error: unknown) => values.push(error as T),
    complete: () => (completed = true),
  });
  return { values, last: () => values.at(-1), done: () => completed };
}

const text = (message: MessageView): string => message.content.text;

describe.each(ways)('a client over a %s link', (way) => {
  let profile: TestProfile;
  beforeEach(async () => {
    profile = await openProfile(way);
  });
  afterEach(() => profile.close());

  /** Ada signed in and online, with Bob in her contact list. */
  async function adaAndBob(): Promise<{
    ada: AccountId;
    bob: ReturnType<TestProfile['network']['register']>;
  }> {
    const { network, client } = profile;
    network.register('ada', 'secret');
    const bob = network.register('bob', 'hidden', 'Bob');
    const ada = await profile.signIn('ada');
    await eventually(async () => {
      expect((await firstValueFrom(client.accounts$))[0]?.state.phase).toBe('online');
    });
    return { ada, bob };
  }

  async function conversationWith(
    bob: ReturnType<TestProfile['network']['register']>,
  ): Promise<ConversationId> {
    const heard = firstValueFrom(profile.client.messages$);
    // The log begins with the first subscriber: what comes before it is not news.
    await profile.client.call('client.info', {});
    bob.send({ direct: 'ada' }, 'hello');
    return (await heard).conversation;
  }

  it('shows accounts as they are now and as they change, and completes when it is closed', async () => {
    const { client } = profile;
    const accounts = collect<readonly Account[]>(client.accounts$);
    const status = collect(client.status$);
    await adaAndBob();
    await eventually(() =>
      expect(accounts.last()).toMatchObject([{ address: 'ada', state: { phase: 'online' } }]),
    );
    expect(accounts.values[0]).toEqual([]);
    const late = collect<readonly Account[]>(client.accounts$);
    expect(late.last()).toEqual(accounts.last());
    client.close();
    client.close();
    expect(accounts.done()).toBe(true);
    expect(status.values).toEqual(['connected', 'closed']);
    expect(status.done()).toBe(true);
    // A state that ended while it was listened to still tells its last value.
    const afterwards = collect<readonly Account[]>(client.accounts$);
    expect(afterwards.last()).toEqual(accounts.last());
    expect(afterwards.done()).toBe(true);
  });

  it('tells new messages once, in order, and sends with an outcome', async () => {
    const { client } = profile;
    const { bob } = await adaAndBob();
    const messages = collect(client.messages$);
    await client.call('client.info', {});
    for (let n = 0; n < 20; n += 1) bob.send({ direct: 'ada' }, `message ${n}`);
    await eventually(() => expect(messages.values).toHaveLength(20));
    expect(messages.values.map(text)).toEqual(Array.from({ length: 20 }, (_, n) => `message ${n}`));
    const to = { conversation: messages.values[0]!.conversation };
    const sent = await client.send({ to, draft: { content: { kind: 'text', text: 'answer' } } });
    const states = await lastValueFrom(sent.state$.pipe(toArray()));
    expect(states.map(({ state }: Operation) => state).at(-1)).toBe('accepted');
    expect(bob.told.some((update) => JSON.stringify(update).includes('answer'))).toBe(true);
    await eventually(() =>
      expect(messages.values.at(-1)).toMatchObject({ id: sent.message, direction: 'out' }),
    );
    expect(messages.values).toHaveLength(21);
  });

  it('sends nothing twice under one key', async () => {
    const { client } = profile;
    const { bob } = await adaAndBob();
    const conversation = await conversationWith(bob);
    const outgoing = {
      to: { conversation },
      draft: { content: { kind: 'text', text: 'once' } },
      key: 'k',
    } as const;
    const first = await client.send(outgoing);
    const second = await client.send(outgoing);
    expect(second.message).toBe(first.message);
    await lastValueFrom(first.state$);
    const { rows } = await client.call('history.page', { conversation, limit: 10 });
    expect(rows.map(text)).toEqual(['hello', 'once']);
  });

  it('shows a timeline around its end, moves it, and closes it', async () => {
    const { client } = profile;
    const { bob } = await adaAndBob();
    const conversation = await conversationWith(bob);
    const timeline = client.timeline(conversation, { at: 'end', before: 3, after: 0 });
    const rows = collect<Rows<MessageView>>(timeline.rows$);
    await eventually(() => expect(rows.last()?.rows.map(text)).toEqual(['hello']));
    for (let n = 1; n <= 5; n += 1) bob.send({ direct: 'ada' }, `m${n}`);
    await eventually(() => expect(rows.last()?.rows.map(text)).toEqual(['m3', 'm4', 'm5']));
    const first = rows.last()!.rows[0]!;
    timeline.move({ at: { message: first.id }, before: 1, after: 1 });
    await eventually(() => expect(rows.last()?.rows.map(text)).toContain('m2'));
    const shown = rows.last()?.rows.map(text);
    bob.send({ direct: 'ada' }, 'later');
    await client.call('client.info', {});
    expect(rows.last()?.rows.map(text)).toEqual(shown);
    expect(rows.values.map(({ version }) => version)).toEqual(rows.values.map((_, i) => i + 1));
    timeline.close();
    expect(rows.done()).toBe(true);
  });

  it('goes on over cuts: states show the present, messages and logs lose nothing, no stream errors', async () => {
    const { client } = profile;
    const { bob } = await adaAndBob();
    const conversation = await conversationWith(bob);
    const messages = collect(client.messages$);
    const log = collect(client.changes('start', ['message']));
    const timeline = collect(client.timeline(conversation, { at: 'end', before: 50, after: 0 }).rows$);
    const people = collect<readonly Person[]>(client.people$);
    await eventually(() => expect(timeline.last()?.rows).toHaveLength(1));
    await client.call('client.info', {});
    const expected = Array.from({ length: 12 }, (_, n) => `n${n}`);
    for (const one of expected) {
      profile.cut();
      bob.send({ direct: 'ada' }, one);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(() => expect(timeline.last()?.rows.map(text)).toEqual(['hello', ...expected]));
    await eventually(() => expect(messages.values.map(text)).toEqual(expected));
    await eventually(() => {
      const told = log.values.flatMap(({ item }) => (item.type === 'message' ? [text(item.message)] : []));
      expect([...new Set(told)]).toEqual(['hello', ...expected]);
    });
    expect([messages, log, timeline, people].some(({ done }) => done())).toBe(false);
    const { cursor } = log.values.at(-1)!;
    bob.send({ direct: 'ada' }, 'behind the cursor');
    const behind = await firstValueFrom(client.changes(cursor, ['message']));
    expect(behind.item.type === 'message' && text(behind.item.message)).toBe('behind the cursor');
  });

  it('shows people and contacts, and one account alone, until that account is removed', async () => {
    const { client } = profile;
    const { ada, bob } = await adaAndBob();
    const key = 'add-bob';
    await client.call('roster.change', { key, account: ada, change: { action: 'add', address: 'bob' } });
    const people = collect<readonly Person[]>(client.people$);
    const contacts = collect(client.contacts$);
    const own = client.account(ada);
    const account = collect(own.account$);
    const mine = collect<readonly Person[]>(own.people$);
    const messages = collect(own.messages$);
    await eventually(() =>
      expect(people.last()?.map(({ contacts: [contact] }) => contact?.address)).toEqual(['bob']),
    );
    await eventually(() => expect(contacts.last()?.map(({ address }) => address)).toEqual(['bob']));
    await eventually(() => expect(mine.last()).toHaveLength(1));
    await client.call('client.info', {});
    bob.send({ direct: 'ada' }, 'hello');
    await eventually(() => expect(messages.values.map(text)).toEqual(['hello']));
    const window = client.people({ filter: { text: 'bo' }, sort: ['name'], offset: 0, limit: 5 });
    const rows = collect(window.rows$);
    await eventually(() => expect(rows.last()).toMatchObject({ total: 1, atStart: true, atEnd: true }));
    window.move({ filter: { text: 'nobody' }, sort: ['name'], offset: 0, limit: 5 });
    await eventually(() => expect(rows.last()).toMatchObject({ total: 0, rows: [] }));
    await client.call('account.remove', { account: ada });
    await eventually(() =>
      expect([account, mine, messages].map(({ done }) => done())).toEqual([true, true, true]),
    );
    expect(people.done()).toBe(false);
  });

  it('tells of presence and typing', async () => {
    const { client } = profile;
    const { ada, bob } = await adaAndBob();
    const conversation = await conversationWith(bob);
    await client.call('roster.change', { key: 'r', account: ada, change: { action: 'add', address: 'bob' } });
    const presence = collect(client.presence$);
    const typing = collect(client.account(ada).typing$);
    await eventually(() => expect(typing.last()).toEqual([]));
    bob.ask({ do: 'roster-answer', address: 'ada', granted: true });
    bob.appear('dnd', 'writing tests');
    await eventually(() => expect(presence.last()).toMatchObject({ address: 'bob', account: ada }));
    expect(conversation).toBeTruthy();
  });

  it('completes a window of what is not there, and says why', async () => {
    const { client } = profile;
    const faults = collect<ErrorData>(client.fault$);
    const rows = collect(client.timeline('v0' as ConversationId, { at: 'end', before: 1, after: 0 }).rows$);
    const log = collect(client.changes('nonsense'));
    await eventually(() => expect([rows.done(), log.done()]).toEqual([true, true]));
    expect(faults.values.map(({ code }) => code).toSorted()).toEqual(['invalid', 'not-found']);
    expect(rows.values).toEqual([]);
    await expect(client.call('person.get', { person: 'p0' as Person['id'] })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  it('keeps a throwing subscriber from harming others', async () => {
    const { client, thrown } = profile;
    client.accounts$.subscribe(() => {
      throw new Error('mine');
    });
    const accounts = collect<readonly Account[]>(client.accounts$);
    await adaAndBob();
    await eventually(() => expect(accounts.last()).toMatchObject([{ state: { phase: 'online' } }]));
    expect(thrown).toContainEqual(new Error('mine'));
  });

  it('closes a stream of the link when its last subscriber leaves', async () => {
    const { client, hub } = profile;
    const opened = vi.spyOn(hub.profile.accounts.delta$, 'subscribe');
    const first = client.accounts$.subscribe();
    const second = client.accounts$.subscribe();
    await client.call('client.info', {});
    expect(opened).toHaveBeenCalledTimes(1);
    first.unsubscribe();
    second.unsubscribe();
    await client.call('client.info', {});
    const again = client.accounts$.subscribe();
    await client.call('client.info', {});
    expect(opened).toHaveBeenCalledTimes(2);
    again.unsubscribe();
  });
});
