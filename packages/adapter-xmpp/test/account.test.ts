import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeServer } from '@natter/e2e';
import type { MarkerEvent, PatchEvent } from '@natter/core';
import { createXmppAdapter } from '../src/index.ts';
import { REAL_SERVERS, type RealServer } from './support/real-servers.ts';
import { Person } from './support/recording-host.ts';

describe.each(REAL_SERVERS)('on each server', ({ kind, start }) => {
  describeServer('an XMPP account on a real server', kind, () => {
    const adapter = createXmppAdapter();
    let server: RealServer;
    let people: Person[] = [];
    let count = 0;

    beforeAll(async () => {
      server = await start();
    });
    afterEach(async () => {
      await Promise.all(people.map((person) => person.stop()));
      people = [];
    });
    afterAll(() => server?.stop());

    const config = () => ({ server: `127.0.0.1:${server.port}`, ca: server.ca.certificate });
    function join(address: string, device = 'one', password = 'secret'): Person {
      const person = new Person(adapter, address, password, config(), device);
      people.push(person);
      return person;
    }
    async function person(name: string): Promise<Person> {
      return join(await server.addUser({ name: `${name}${(count += 1)}`, password: 'secret' }));
    }
    const online = async (name: string): Promise<Person> => (await person(name)).online();
    async function friends(): Promise<[Person, Person]> {
      const [a, b] = await Promise.all([online('romeo'), online('juliet')]);
      await a.perform(
        a.op(null, {
          type: 'roster',
          change: { action: 'add', address: b.key, alias: 'Julia', text: 'hello?' },
        }),
      );
      await b.host.until('request', () =>
        b.host.events.find(
          (e) => e.type === 'upsert' && 'request' in e.value && e.value.request === 'hello?',
        ),
      );
      await b.perform(b.op(null, { type: 'roster', change: { action: 'accept', contact: a.key } }));
      // The answer asks back, and who asked first has agreed to that beforehand (RFC 6121 section 3.4).
      for (const [x, y] of [
        [a, b],
        [b, a],
      ] as const) {
        await x.host.until('subscription', () =>
          x.host.events.find(
            (e) =>
              e.type === 'upsert' &&
              e.of === 'contact' &&
              e.key === y.key &&
              e.value.subscription?.to === 'granted' &&
              e.value.subscription.from === 'granted',
          ),
        );
        await x.host.until('presence', () =>
          x.host.hints.find(
            (h) => h.type === 'presence' && h.key === y.key && h.presence?.availability === 'available',
          ),
        );
      }
      return [a, b];
    }

    test('contacts ask, answer, see each other, and write', async () => {
      const [a, b] = await friends();
      expect(a.host.phases).toEqual(['connecting', 'authenticating', 'syncing', 'online']);
      expect(await a.send(b, 'Grüße 👋 <&>')).toMatchObject({ result: 'accepted' });
      const got = await b.host.until('message', () =>
        b.host.messages.find(({ content }) => content.text === 'Grüße 👋 <&>'),
      );
      expect(got).toMatchObject({
        sender: { key: a.key, self: false, contact: a.key, proof: 'account' },
        trust: 'server',
      });
      expect(got.stable).not.toBeNull();
      const receipt = await a.host.until('receipt', () =>
        a.host.events.find((e): e is MarkerEvent => e.type === 'marker'),
      );
      expect(receipt).toMatchObject({
        kind: 'delivered',
        who: { key: b.key },
        exact: true,
        upTo: { claimed: got.claimed, sender: a.key },
      });
      a.session.signal({ type: 'typing', conversation: b.key, active: true });
      await b.host.until('typing', () =>
        b.host.hints.find((h) => h.type === 'typing' && h.active && h.conversation === a.key),
      );
      a.session.signal({ type: 'presence', presence: { availability: 'dnd', text: 'busy' } });
      await b.host.until('dnd', () =>
        b.host.hints.find(
          (h) => h.type === 'presence' && h.presence?.availability === 'dnd' && h.presence.text === 'busy',
        ),
      );
      await a.stop();
      await b.host.until('gone', () =>
        b.host.hints.find((h) => h.type === 'presence' && h.key === a.key && h.presence === null),
      );
    });

    test('edits, retractions, reactions, replies and read markers name what they mean', async () => {
      const [a, b] = await friends();
      await a.send(b, 'frist');
      const first = await b.host.until('message', () =>
        b.host.messages.find(({ content }) => content.text === 'frist'),
      );
      const target = { stable: first.stable! };
      await b.perform(b.op(a.key, { type: 'react', target, key: '👍', on: true, mine: ['👍'] }));
      await b.perform(b.op(a.key, { type: 'mark-read', upTo: target }));
      await b.send(a, 'reply', { target, quote: 'frist' });
      const own = { claimed: first.claimed!, sender: a.key };
      const reply = await a.host.until('reply', () => a.host.messages.find(({ replyTo }) => replyTo));
      expect(reply).toMatchObject({ content: { text: 'reply' }, replyTo: { target: own, quote: 'frist' } });
      const patches = () => a.host.events.filter((e): e is PatchEvent => e.type === 'patch');
      expect(patches()[0]).toMatchObject({
        target: own,
        by: { key: b.key },
        change: { kind: 'reactions', keys: ['👍'] },
      });
      expect(a.host.events).toContainEqual(
        expect.objectContaining({ type: 'marker', kind: 'read', upTo: own }),
      );
      await a.perform(a.op(b.key, { type: 'edit', target: own, content: { kind: 'text', text: 'first' } }));
      await a.perform(a.op(b.key, { type: 'retract', target: own, reason: null }));
      const changes = () =>
        b.host.events.filter((e): e is PatchEvent => e.type === 'patch').map(({ change }) => change.kind);
      await b.host.until('changes', () => changes().length === 2);
      expect(changes()).toEqual(['edit', 'retract']);
    });

    test('what was missed comes from the archive, once and in order, with our own', async () => {
      const [a, b] = await friends();
      await a.send(b, 'zero');
      await b.host.until('zero', () => b.host.texts().includes('zero'));
      const cursor = (await b.catchUp()).cursors!['account']!;
      await b.stop();
      for (let index = 1; index <= 250; index += 1) await a.send(b, `missed ${index}`);
      await b.online();
      const texts: string[] = [];
      for (let after: string | null = cursor; after !== null;) {
        const page = await b.session.catchUp('account', after, new AbortController().signal);
        for (const event of page.batch.events)
          if (event.type === 'timeline') texts.push(...event.items.map((i) => i.content.text));
        after = page.next;
        expect(after === null).toBe(page.reached === 'end');
      }
      expect(texts).toEqual(Array.from({ length: 250 }, (_, index) => `missed ${index + 1}`));
      const signal = new AbortController().signal;
      const own = await a.session.history({ conversation: b.key, direction: 'older', limit: 100 }, signal);
      const items = own.batch.events.flatMap((event) => (event.type === 'timeline' ? event.items : []));
      expect(items.at(-1)).toMatchObject({ sender: { self: true }, content: { text: 'missed 250' } });
      expect(items.at(-1)?.operation).toBe(items.at(-1)?.claimed);
      expect(own.next).not.toBeNull();
    }, 60_000);

    test('a new process whose stored roster is current still tells that messages arrived', async () => {
      const [a, b] = await friends();
      await b.stop();
      const successor = join(b.key);
      for (const [key, value] of b.host.stored) successor.host.stored.set(key, value);
      await successor.online();
      expect(successor.host.events.filter(({ type }) => type === 'sweep')).toEqual([]);
      await a.send(b, 'are you there?');
      await a.host.until('receipt', () =>
        a.host.events.find((e) => e.type === 'marker' && e.kind === 'delivered'),
      );
    });

    test('another device of ours sees what we send', async () => {
      const [a, b] = await friends();
      const second = await join(a.key, 'two').online();
      await a.send(b, 'from one');
      const echo = await second.host.until('carbon', () =>
        second.host.messages.find(({ content }) => content.text === 'from one'),
      );
      expect(echo.sender).toMatchObject({ key: a.key, self: true });
      await b.send(a, 'to all');
      await second.host.until('carbon', () => second.host.texts().includes('to all'));
    });

    test('an address is who it is, however it was typed', async () => {
      const address = await server.addUser({ name: 'typed', password: 'secret' });
      const typed = await join('Typed@LOCALHOST').online();
      expect(typed.host.events).toContainEqual({ type: 'self', key: address, address });
    });

    test('a wrong password ends the run for good', async () => {
      const wrong = join(await server.addUser({ name: 'wrong', password: 'secret' }), 'one', 'other');
      expect(await wrong.run()).toMatchObject({
        why: 'needsLogin',
        error: { code: 'authentication', retriable: false },
      });
    });

    test('registers, refuses a taken name, and signs in', async () => {
      const { mintId } = await import('@natter/core/model');
      const host = (await person('unused')).host;
      const start = {
        purpose: 'register',
        address: 'fresh@localhost',
        config: config(),
        account: mintId('account'),
        deviceId: 'd',
      } as const;
      const signal = new AbortController().signal;
      const machine = adapter.login(start, host);
      expect(await machine.next(null, signal)).toMatchObject({
        kind: 'fields',
        fields: [{ name: 'password', secret: true }],
      });
      expect(await machine.next({ action: 'submit', values: { password: 'päss' } }, signal)).toMatchObject({
        kind: 'done',
        key: 'fresh@localhost',
      });
      const again = await adapter
        .login(start, host)
        .next({ action: 'submit', values: { password: 'x' } }, signal);
      expect(again).toMatchObject({ kind: 'failed', error: { code: 'conflict' } });
      await join('fresh@localhost', 'one', 'päss').online();
    });

    test('the password is changed on the server and here, and only the new one signs in (XEP-0077)', async () => {
      const me = await online('changing');
      const change = { action: 'password', secret: 'next' } as const;
      expect(await me.perform(me.op(null, { type: 'profile', change }))).toMatchObject({
        result: 'refused',
        error: { code: 'secret' },
      });
      me.host.secrets.set('next', 'nëw');
      expect(await me.perform(me.op(null, { type: 'profile', change }))).toMatchObject({
        result: 'accepted',
      });
      await me.stop();
      await me.online();
      expect(me.host.secrets.get('password')).toBe('nëw');
      const form = me.session.interact('password', null);
      const { signal } = new AbortController();
      const values = { password: 'nëw', newPassword: 'newer' };
      expect(await form.next({ action: 'submit', values }, signal)).toEqual({ kind: 'done' });
      expect(me.host.secrets.get('password')).toBe('newer');
      const old = join(me.key, 'two', 'secret');
      expect(await old.run()).toMatchObject({ why: 'needsLogin' });
    });

    test('an account that is deleted on its server is no more, but not by whoever does not know its password', async () => {
      const me = await online('leaving');
      const { signal } = new AbortController();
      const form = me.session.interact('unregister', null);
      expect(await form.next(null, signal)).toMatchObject({ kind: 'fields', fields: [{ name: 'password' }] });
      const answer = (password: string): Promise<unknown> =>
        form.next({ action: 'submit', values: { password } }, signal);
      expect(await answer('guessed')).toMatchObject({ kind: 'fields', error: { code: 'authentication' } });
      expect(await answer('secret')).toEqual({ kind: 'done' });
      await me.ended;
      expect(await join(me.key).run()).toMatchObject({
        why: 'needsLogin',
        error: { code: 'authentication' },
      });
    });

    test('the server is told when nobody looks (XEP-0352)', async () => {
      const a = await online('romeo');
      a.session.signal({ type: 'focus', active: false });
      if (kind === 'prosody')
        await expect.poll(() => server.log(), { timeout: 10_000 }).toMatch(/Received\[c2s\]: <inactive/u);
      a.session.signal({ type: 'focus', active: true });
      const b = await online('juliet');
      expect(await b.send(a, 'hello')).toMatchObject({ result: 'accepted' });
      await a.host.until('hello', () => a.host.texts().includes('hello'));
    });
  });
});
