import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeServer } from '@natter/e2e';
import type { Event, MarkerEvent, MessageIn, Outcome, PatchEvent, RoomChange } from '@natter/core';
import type { RemoteKey } from '@natter/core/model';
import { startFaultProxy } from '@natter/testing/proxy';
import { createXmppAdapter } from '../src/index.ts';
import { REAL_SERVERS, type RealServer } from './support/real-servers.ts';
import { Person } from './support/recording-host.ts';

describe.each(REAL_SERVERS)('on each server', ({ kind, start }) => {
  describeServer('rooms on a real server', kind, () => {
    const adapter = createXmppAdapter();
    /** Whether the server gives ids to occupants (XEP-0421): ejabberd does from 23.10 on. */
    const proof = kind === 'ejabberd' ? 'nick' : 'occupant';
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

    function device(address: string, name = 'one', port = server.port): Person {
      const config = { server: `127.0.0.1:${port}`, ca: server.ca.certificate };
      const person = new Person(adapter, address, 'secret', config, name);
      people.push(person);
      return person;
    }
    const person = async (name: string): Promise<Person> =>
      device(await server.addUser({ name: `${name}${(count += 1)}`, password: 'secret' })).online();
    const change = (who: Person, what: RoomChange, room: RemoteKey | null = null): Promise<Outcome> =>
      who.perform(who.op(room, { type: 'room', change: what }));
    async function open(who: Person, kind: 'channel' | 'group' = 'channel'): Promise<RemoteKey> {
      const outcome = await change(who, {
        action: 'create',
        name: `The Hall ${(count += 1)}`,
        kind,
        invite: [],
      });
      if (outcome.result !== 'accepted' || outcome.conversation === undefined)
        throw new Error(`not created: ${JSON.stringify(outcome)}`);
      return outcome.conversation;
    }
    const say = (who: Person, room: RemoteKey, text: string): Promise<Outcome> =>
      who.perform(
        who.op(room, {
          type: 'send',
          content: { kind: 'text', text },
          replyTo: null,
          thread: null,
          mentions: [],
        }),
      );
    const heard = (who: Person, text: string): Promise<MessageIn> =>
      who.host.until(text, () => who.host.messages.find(({ content }) => content.text === text));
    const told = <T extends Event>(who: Person, what: string, is: (event: Event) => event is T): Promise<T> =>
      who.host.until(what, () => who.host.events.find(is));

    const conversation = (who: Person, room: RemoteKey, state: string): Promise<true> =>
      who.host.until(state, () =>
        who.host.events.some(
          (event) =>
            event.type === 'upsert' &&
            event.of === 'conversation' &&
            event.key === room &&
            event.value.state === state,
        ),
      );

    test('the echo acknowledges, and gives both sides the same key of a message', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      await change(b, { action: 'join', address: room });
      const outcome = await say(a, room, 'hello hall');
      const there = await heard(b, 'hello hall');
      const here = await heard(a, 'hello hall');
      expect(outcome).toMatchObject({ result: 'accepted', refs: [there.stable] });
      expect(here).toMatchObject({ stable: there.stable, sender: { self: true, key: a.key } });
      expect(here.operation).toBe(here.claimed);
      expect(there.sender).toMatchObject({ self: false, contact: null, proof });
    });

    test('what was said while we were away comes once, in order, before what is said then', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      await change(b, { action: 'join', address: room });
      await say(a, room, 'one');
      await heard(b, 'one');
      await b.stop();
      await say(a, room, 'two');
      await say(a, room, 'three');
      await b.online();
      await heard(b, 'three');
      await say(a, room, 'four');
      await heard(b, 'four');
      expect(b.host.texts()).toEqual(['one', 'two', 'three', 'four']);
      const page = await b.session.history(
        { conversation: room, direction: 'older', limit: 2 },
        new AbortController().signal,
      );
      const items = page.batch.events.flatMap((event) => (event.type === 'timeline' ? event.items : []));
      expect(items.map(({ content }) => content.text)).toEqual(['three', 'four']);
    });

    test('a change of nick leaves the participant what it is, and a taken nick is a conflict', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      await change(b, { action: 'join', address: room });
      await say(b, room, 'before');
      const before = await heard(a, 'before');
      expect(await change(b, { action: 'join', address: room, nick: 'Jules' })).toMatchObject({
        result: 'accepted',
      });
      await say(b, room, 'after');
      const after = await heard(a, 'after');
      expect(after.sender.name).toBe('Jules');
      if (proof === 'occupant') expect(after.sender.key).toBe(before.sender.key);
      // Without XEP-0421 the room tells who became who, and the key moves.
      else
        expect(a.host.events).toContainEqual(
          expect.objectContaining({
            type: 'rekey',
            of: 'participant',
            from: before.sender.key,
            to: after.sender.key,
          }),
        );
      const c = await person('nurse');
      expect(await change(c, { action: 'join', address: room, nick: 'Jules' })).toMatchObject({
        result: 'refused',
        error: { code: 'conflict' },
      });
    });

    test('edits, reactions, replies and retractions in a room name what they mean', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      await change(b, { action: 'join', address: room });
      await say(a, room, 'frist');
      const { stable } = await heard(b, 'frist');
      const target = { stable: stable! };
      await a.perform(a.op(room, { type: 'edit', target, content: { kind: 'text', text: 'first' } }));
      await b.perform(b.op(room, { type: 'react', target, key: '👍', on: true, mine: ['👍'] }));
      await b.perform(
        b.op(room, {
          type: 'send',
          content: { kind: 'text', text: 'an answer' },
          replyTo: { target, quote: 'first' },
          thread: null,
          mentions: [],
        }),
      );
      const patch = (who: Person, kind: string): Promise<PatchEvent> =>
        told(who, kind, (event): event is PatchEvent => event.type === 'patch' && event.change.kind === kind);
      const edit = await patch(b, 'edit');
      expect(edit).toMatchObject({ conversation: room, change: { content: { text: 'first' } } });
      expect('claimed' in edit.target && edit.target.claimed).toBe((await heard(b, 'frist')).claimed);
      expect(await patch(a, 'reactions')).toMatchObject({ target, change: { keys: ['👍'] } });
      expect((await heard(a, 'an answer')).replyTo).toMatchObject({ target });
      expect(await b.perform(b.op(room, { type: 'retract', target, reason: null }))).toMatchObject({
        result: 'refused',
        error: { code: 'forbidden' },
      });
      await a.perform(a.op(room, { type: 'retract', target, reason: null }));
      expect(await patch(b, 'retract')).toMatchObject({ target, change: { kind: 'retract' } });
    });

    test('an invitation comes, is accepted, and a closed group lets only those in who are invited', async () => {
      const [a, b, c] = await Promise.all([person('romeo'), person('juliet'), person('paris')]);
      const room = await open(a, 'group');
      // Whoever made it knows that it is a group as soon as the others.
      expect(a.host.events).toContainEqual(
        expect.objectContaining({ key: room, value: expect.objectContaining({ kind: 'group' }) as unknown }),
      );
      expect(await change(c, { action: 'join', address: room })).toMatchObject({
        result: 'refused',
        error: { code: 'forbidden' },
      });
      await change(a, { action: 'invite', contact: b.key, text: 'come' }, room);
      await conversation(b, room, 'invited');
      expect(await change(b, { action: 'accept-invitation' }, room)).toMatchObject({ result: 'accepted' });
      await say(b, room, 'here I am');
      expect((await heard(a, 'here I am')).sender).toMatchObject({ contact: b.key, proof: 'account' });
      await say(a, room, 'read this');
      const { stable } = await heard(b, 'read this');
      await b.perform(b.op(room, { type: 'mark-read', upTo: { stable: stable! } }));
      const isIt = (event: Event): event is MarkerEvent =>
        event.type === 'marker' && 'stable' in event.upTo && event.upTo.stable === stable;
      await told(a, 'that it was read (XEP-0333)', isIt);
    });

    test('private messages in a room never join the conversation of the contact', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      await change(b, { action: 'join', address: room });
      const nick = b.key.split('@')[0]!;
      const occupant = `${room}/${nick}` as RemoteKey;
      expect(await say(a, occupant, 'psst')).toMatchObject({ result: 'accepted' });
      const from = `${room}/${a.key.split('@')[0]!}`;
      const event = await told(
        b,
        'private message',
        (each): each is Event & { type: 'timeline' } =>
          each.type === 'timeline' && each.items.some(({ content }) => content.text === 'psst'),
      );
      expect(event.conversation).toBe(from);
      expect(event.items[0]?.sender).toMatchObject({ contact: null, key: from });
      const upserts = b.host.events.filter(
        (each) => each.type === 'upsert' && each.of === 'conversation' && each.key === from,
      );
      expect(upserts).toMatchObject([{ value: { kind: 'direct', parent: room } }]);
      // What is typed is the occupant, and never the contact; a room itself is nobody.
      const find = (text: string): Promise<unknown> =>
        b.session.query('resolve', text, new AbortController().signal);
      expect(await find(from)).toEqual({ contact: from, address: from, name: from.split('/')[1] });
      expect(await find(room)).toBeNull();
    });

    test('bookmarks bring another device into the room, and out of it', async () => {
      const a = await person('romeo');
      const room = await open(a);
      await say(a, room, 'said before');
      const other = await device(a.key, 'two').online();
      await heard(other, 'said before');
      await a.stop();
      await change(other, { action: 'leave' }, room);
      await a.online();
      await conversation(a, room, 'left');
      expect(await say(a, room, 'into the void')).toMatchObject({
        result: 'refused',
        error: { code: 'forbidden' },
      });
    });

    test('after a link that broke we are still inside, and what was said comes once', async () => {
      const proxy = await startFaultProxy({ upstream: server, print: () => {} });
      try {
        const a = await person('romeo');
        const address = await server.addUser({ name: `juliet${(count += 1)}`, password: 'secret' });
        const b = await device(address, 'one', proxy.port).online();
        const room = await open(a);
        await change(b, { action: 'join', address: room });
        await say(a, room, 'one');
        await heard(b, 'one');
        for (const text of ['two', 'three']) {
          proxy.cutAll('reset');
          await b.ended;
          await say(a, room, text);
          await b.online();
          await heard(b, text);
        }
        expect(await say(b, room, 'four')).toMatchObject({ result: 'accepted' });
        expect(b.host.texts()).toEqual(['one', 'two', 'three', 'four']);
        // XEP-0410: the session was taken up, so that the room was asked and not entered anew.
        const entries = b.host.events.filter((event) => event.type === 'sweep' && event.of === 'member');
        expect(entries).toHaveLength(2);
      } finally {
        await proxy.close();
      }
    });

    test('the owner sees and changes the settings of a room, and nobody else does (XEP-0045 section 10.2)', async () => {
      const [a, b] = await Promise.all([person('romeo'), person('juliet')]);
      const room = await open(a);
      const { signal } = new AbortController();
      const form = a.session.interact('configure-room', room);
      const asked = await form.next(null, signal);
      const fields = asked.kind === 'fields' ? asked.fields : [];
      expect(fields.find(({ name }) => name === 'muc#roomconfig_publicroom')).toMatchObject({
        value: '1',
        options: ['1', '0'],
      });
      const values = { 'muc#roomconfig_membersonly': '1', 'muc#roomconfig_roomdesc': 'a <quiet> place' };
      expect(await form.next({ action: 'submit', values }, signal)).toEqual({ kind: 'done', key: room });
      const again = a.session.interact('configure-room', room);
      const now = await again.next(null, signal);
      expect(now.kind === 'fields' ? now.fields : []).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'muc#roomconfig_roomdesc', value: 'a <quiet> place' }),
          expect.objectContaining({ name: 'muc#roomconfig_membersonly', value: '1' }),
        ]),
      );
      await again.cancel();
      expect(await b.session.interact('configure-room', room).next(null, signal)).toMatchObject({
        kind: 'failed',
        error: { code: 'forbidden' },
      });
      expect(await change(b, { action: 'join', address: room })).toMatchObject({
        result: 'refused',
        error: { code: 'forbidden' },
      });
    });
  });
});
