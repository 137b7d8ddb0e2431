import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeServer } from '@natter/e2e';
import { createHash, randomBytes } from 'node:crypto';
import type { MarkerEvent } from '@natter/core';
import { Element } from '@xmpp/xml';
import { createXmppAdapter } from '../src/index.ts';
import { REAL_SERVERS, type RealServer } from './support/real-servers.ts';
import { Person } from './support/recording-host.ts';
import { XmppPeer } from './support/xmpp-peer.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';

describe.each(REAL_SERVERS)('on each server', ({ kind, start }) => {
  describeServer('what people and their devices publish', kind, () => {
    let server: RealServer;
    let open: { stop(): Promise<unknown> }[] = [];
    let count = 0;

    beforeAll(async () => {
      server = await start();
    });
    afterEach(async () => {
      await Promise.all(open.map((each) => each.stop()));
      open = [];
    });
    afterAll(() => server?.stop());

    const config = (): { server: string; ca: string } => ({
      server: `127.0.0.1:${server.port}`,
      ca: server.ca.certificate,
    });
    function device(address: string, name: string): Person {
      const person = new Person(createXmppAdapter(), address, 'x', config(), name);
      open.push(person);
      return person;
    }
    async function peerOf(other: string): Promise<XmppPeer> {
      const name = `peer${count}`;
      await server.addUser({ name, password: 'x' });
      const peer = await XmppPeer.start({ name, password: 'x', other, ...config() });
      open.push({ stop: () => peer.close() });
      return peer;
    }
    /** Somebody and a friend who sees them. */
    async function friends(): Promise<[Person, XmppPeer]> {
      const me = await device(
        await server.addUser({ name: `me${(count += 1)}`, password: 'x' }),
        'one',
      ).online();
      const peer = await peerOf(me.key);
      await me.perform(me.op(null, { type: 'roster', change: { action: 'add', address: peer.address } }));
      await peer.answer(true);
      await peer.request(''); // agreed to beforehand
      await me.host.until('the subscription', () =>
        me.host.events.find(
          (e) =>
            e.type === 'upsert' &&
            e.of === 'contact' &&
            e.value.subscription?.to === 'granted' &&
            e.value.subscription.from === 'granted',
        ),
      );
      return [me, peer];
    }
    function publish(node: string, id: string, payload: Element): Element {
      const query = new Element('pubsub', { xmlns: PUBSUB });
      query.c('publish', { node }).c('item', { id }).append(payload);
      return query;
    }

    test('a contact’s name (XEP-0172) and picture (XEP-0084) come as they change, and the picture is what was announced', async () => {
      const [me, peer] = await friends();
      const nick = new Element('nick', { xmlns: 'http://jabber.org/protocol/nick' }).t('Juliet ♥');
      await peer.ask('set', publish('http://jabber.org/protocol/nick', 'current', nick));
      await me.host.until('the name', () =>
        me.host.events.find((e) => e.type === 'upsert' && 'name' in e.value && e.value.name === 'Juliet ♥'),
      );
      const picture = Buffer.from('not really a picture');
      const hash = createHash('sha1').update(picture).digest('hex');
      const data = new Element('data', { xmlns: 'urn:xmpp:avatar:data' }).t(picture.toString('base64'));
      await peer.ask('set', publish('urn:xmpp:avatar:data', hash, data));
      const metadata = new Element('metadata', { xmlns: 'urn:xmpp:avatar:metadata' });
      metadata.c('info', { id: hash, bytes: String(picture.length), type: 'image/png' });
      await peer.ask('set', publish('urn:xmpp:avatar:metadata', hash, metadata));
      const avatar = await me.host.until('the picture', () =>
        me.host.events
          .flatMap((e) =>
            e.type === 'upsert' && e.of === 'contact' && e.value.avatar ? [e.value.avatar] : [],
          )
          .at(-1),
      );
      expect(avatar.hash).toBe(hash);
      expect(await me.fetch(avatar.remote)).toEqual(picture);
      const forged = avatar.remote.replace(hash, '0'.repeat(40));
      await expect(me.fetch(forged)).rejects.toMatchObject({ data: { code: 'not-found' } });
    });

    test('our own picture is seen by a contact, who is told when it is gone (XEP-0084), and is in the vcard (XEP-0398)', async () => {
      const [me, peer] = await friends();
      const juliet = device(peer.address, 'natter');
      await juliet.online();
      const seen = () =>
        juliet.host.events.flatMap((e) =>
          e.type === 'upsert' && e.of === 'contact' && e.key === me.key && e.value.avatar !== undefined
            ? [e.value.avatar]
            : [],
        );
      const picture = randomBytes(40_000);
      const hash = createHash('sha1').update(picture).digest('hex');
      expect(await me.show(picture)).toEqual({ result: 'accepted', refs: [] });
      const avatar = await juliet.host.until('the picture', () => seen().at(-1));
      expect(avatar.hash).toBe(hash);
      expect(await juliet.fetch(avatar.remote)).toEqual(picture);
      // XEP-0398: who looks into the vcard alone sees it as well, whoever put it there.
      const inVcard = avatar.remote.replace('xmpp-avatar:pep', 'xmpp-avatar:vcard');
      expect(await juliet.fetch(inVcard)).toEqual(picture);

      expect(await me.show(randomBytes(2_000_000))).toMatchObject({
        result: 'refused',
        error: { code: 'too-large' },
      });
      expect(await me.show(null)).toMatchObject({ result: 'accepted' });
      await juliet.host.until('that there is none', () => seen().at(-1) === null);
      await expect(juliet.fetch(avatar.remote)).rejects.toMatchObject({ data: { code: 'not-found' } });
      await expect(juliet.fetch(inVcard)).rejects.toMatchObject({ data: { code: 'not-found' } });
    });

    test('what one device has read, another knows, also if it was away (XEP-0490)', async () => {
      const [me, peer] = await friends();
      await peer.send('read me');
      const read = await me.host.until('message', () => me.host.messages.find((m) => m.stable !== null));
      const live = await device(me.key, 'two').online();
      await live.catchUp();
      await me.perform(me.op(peer.key, { type: 'mark-read', upTo: { stable: read.stable! } }));
      const later = await device(me.key, 'three').online();
      for (const other of [live, later]) {
        const marker = await other.host.until('marker', () =>
          other.host.events.find((e): e is MarkerEvent => e.type === 'marker' && 'stable' in e.upTo),
        );
        expect(marker).toMatchObject({ kind: 'read', who: { self: true }, upTo: { stable: read.stable } });
      }
    });

    test('a contact who refused is known as such by the next process too', async () => {
      const me = await device(
        await server.addUser({ name: `me${(count += 1)}`, password: 'x' }),
        'one',
      ).online();
      const peer = await peerOf(me.key);
      await me.perform(me.op(null, { type: 'roster', change: { action: 'add', address: peer.address } }));
      await peer.answer(false);
      await me.host.until('denied', () =>
        me.host.events.find(
          (e) => e.type === 'upsert' && e.of === 'contact' && e.value.subscription?.to === 'denied',
        ),
      );
      await me.stop();
      const next = device(me.key, 'one');
      for (const [key, value] of me.host.stored) if (key !== 'roster') next.host.stored.set(key, value);
      await next.online();
      expect(next.host.events).toContainEqual(
        expect.objectContaining({
          key: peer.key,
          value: expect.objectContaining({ subscription: { to: 'denied', from: 'none' } }) as unknown,
        }),
      );
    });

    test('a room that another device enters is entered here at once, and left with it (XEP-0402)', async () => {
      const me = await device(
        await server.addUser({ name: `me${(count += 1)}`, password: 'x' }),
        'one',
      ).online();
      const other = await device(me.key, 'two').online();
      const created = await me.perform(
        me.op(null, {
          type: 'room',
          change: { action: 'create', name: 'Shared', kind: 'group', invite: [] },
        }),
      );
      expect(created).toMatchObject({ result: 'accepted' });
      const room = 'conversation' in created ? created.conversation : me.key;
      const state = (of: Person): unknown =>
        of.host.events
          .flatMap((e) =>
            e.type === 'upsert' && e.of === 'conversation' && e.key === room && e.value.state !== undefined
              ? [e.value.state]
              : [],
          )
          .at(-1);
      await other.host.until('inside', () => state(other) === 'joined');
      await me.perform(me.op(room, { type: 'room', change: { action: 'leave' } }));
      await other.host.until('outside', () => state(other) === 'left');
    });

    test('somebody who is typed in is told by the name in their vcard (XEP-0054), and by the address where there is none', async () => {
      const [me, peer] = await friends();
      const find = (): Promise<unknown> =>
        me.session.query('resolve', ` ${peer.address.toUpperCase()}`, new AbortController().signal);
      expect(await find()).toEqual({ contact: peer.key, address: peer.address, name: null });
      const vcard = new Element('vCard', { xmlns: 'vcard-temp' });
      vcard.c('FN').t('Juliet Capulet');
      await peer.ask('set', vcard);
      expect(await find()).toEqual({ contact: peer.key, address: peer.address, name: 'Juliet Capulet' });
    });
  });
});
