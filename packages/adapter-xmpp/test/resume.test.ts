import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeServer, startProsody } from '@natter/e2e';
import { startFaultProxy, type ConnectionFaults, type FaultProxy } from '@natter/testing/proxy';
import type { Op } from '@natter/core';
import { createXmppAdapter } from '../src/index.ts';
import { REAL_SERVERS, type RealServer, type RealServerKind } from './support/real-servers.ts';
import { Person } from './support/recording-host.ts';
import { XmppPeer } from './support/xmpp-peer.ts';

const SERVERS: readonly RealServerKind[] = [
  ...REAL_SERVERS,
  { kind: 'prosody-sid', start: () => startProsody({ release: 'sid', archive: 'sqlite' }) },
];

describe.each(SERVERS)('resumption', ({ kind, start }) => {
  describeServer('an XMPP session that is cut', kind, () => {
    let server: RealServer;
    let proxy: FaultProxy;
    let peer: XmppPeer;
    let person: Person;
    let count = 0;

    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      const ca = server.ca.certificate;
      const other = await server.addUser({ name: `me${(count += 1)}`, password: 'x' });
      await server.addUser({ name: `peer${count}`, password: 'x' });
      proxy = await startFaultProxy({ upstream: server, print: () => {} });
      peer = await XmppPeer.start({
        name: `peer${count}`,
        password: 'x',
        server: `127.0.0.1:${server.port}`,
        ca,
        other,
      });
      person = await device(other).online();
    });
    afterEach(async () => {
      await person.stop();
      await peer.close();
      await proxy.close();
    });

    function device(address: string): Person {
      const config = { server: `127.0.0.1:${proxy.port}`, ca: server.ca.certificate };
      return new Person(createXmppAdapter(), address, 'x', config);
    }
    function harm(faults: ConnectionFaults): void {
      for (const connection of proxy.connections) connection.apply(faults);
    }
    const sessionId = (of: Person): unknown =>
      (JSON.parse(of.host.stored.get('stream-management') ?? 'null') as { id?: unknown } | null)?.id;
    const heard = (of: Person): Promise<boolean> =>
      of.host.until('the last', () => of.host.texts().includes('last'));
    const sendOp = (text: string): Op =>
      person.op(peer.key, {
        type: 'send',
        content: { kind: 'text', text },
        replyTo: null,
        thread: null,
        mentions: [],
      });

    test('goes on, and what was said meanwhile arrives once, in order, without the archive', async () => {
      await peer.send('first');
      await person.host.until('the first', () => person.host.texts().includes('first'));
      const id = sessionId(person);
      proxy.cutAll('reset');
      expect(await person.ended).toMatchObject({ why: 'network' });
      for (const text of ['second', 'third', 'last']) await peer.send(text);
      await person.online();
      await heard(person);
      expect(sessionId(person)).toBe(id);
      expect(person.host.texts()).toEqual(['first', 'second', 'third', 'last']);
      // They are named as the archive names them, although they came before anything else of this connection.
      expect(person.host.messages.map(({ stable }) => stable)).not.toContain(null);
    });

    test('knows after a resumption who is there and who is not, although nobody tells again', async () => {
      await peer.request('hello');
      await person.host.until('the request', () =>
        person.host.events.some((event) => event.type === 'upsert'),
      );
      await person.perform(
        person.op(null, { type: 'roster', change: { action: 'accept', contact: peer.key } }),
      );
      await person.perform(
        person.op(null, { type: 'roster', change: { action: 'add', address: peer.address } }),
      );
      await peer.answer(true);
      const told = (availability: string): boolean =>
        person.host.hints.some(
          (hint) =>
            hint.type === 'presence' &&
            hint.key === peer.key &&
            (hint.presence?.availability ?? 'offline') === availability,
        );
      await person.host.until('the peer', () => told('available'));
      for (const availability of ['available', 'offline']) {
        if (availability === 'offline') {
          await peer.close();
          await person.host.until('its end', () => told('offline'));
        }
        person.host.hints.length = 0;
        proxy.cutAll('reset');
        await person.ended;
        await person.online();
        await person.host.until('the presence again', () => told(availability));
      }
    });

    test('goes on in another process from what is stored, and loses nothing that was not', async () => {
      await peer.send('first');
      await person.host.until('the first', () => person.host.texts().includes('first'));
      let release: () => void = () => {};
      person.host.gate = new Promise((resolve) => (release = resolve));
      for (const text of ['second', 'third']) await peer.send(text);
      await new Promise((resolve) => setTimeout(resolve, 100));
      // As after SIGKILL: what was committed is there, the rest of the process is not.
      const killed = person;
      const successor = device(killed.key);
      for (const [key, value] of killed.host.stored) successor.host.stored.set(key, value);
      const id = sessionId(killed);
      proxy.cutAll('reset');
      await killed.ended;
      release();
      await peer.send('last');
      person = await successor.online();
      await heard(person);
      expect(sessionId(person)).toBe(id);
      expect(person.host.texts()).toEqual(['second', 'third', 'last']);
    });

    test('a send whose answer is lost is unknown, and found to have landed by the server’s count', async () => {
      const op = sendOp('am I heard?');
      harm({ toClient: { stalled: true } });
      const outcome = person.perform(op);
      await expect.poll(() => peer.received(), { timeout: 10_000 }).toHaveLength(1);
      proxy.cutAll('reset');
      expect(await outcome).toMatchObject({ result: 'unknown', error: { certain: false } });
      await person.online();
      const signal = new AbortController().signal;
      expect(await person.session.verify(op, signal)).toMatchObject({ result: 'accepted', refs: [] });
      expect(await peer.received()).toHaveLength(1);
    });

    test('one that never reached the server is found not to have, and goes out once', async () => {
      const op = sendOp('am I heard?');
      harm({ toServer: { endAfter: { bytes: 0, how: 'black-hole' } } });
      const outcome = person.perform(op);
      await person.host.until('the memo', () => person.host.memos.has(op.id));
      await new Promise((resolve) => setTimeout(resolve, 50));
      proxy.cutAll('reset');
      expect(await outcome).toMatchObject({ result: 'unknown' });
      await person.online();
      expect(await person.session.verify(op, new AbortController().signal)).toMatchObject({
        result: 'not-sent',
      });
      expect(await person.perform({ ...op, attempt: 2 })).toMatchObject({ result: 'accepted' });
      await expect.poll(() => peer.received(), { timeout: 10_000 }).toHaveLength(1);
    });

    test('a process that remembers nothing finds its message in the archive', async () => {
      const op = sendOp('am I heard?');
      expect(await person.perform(op)).toMatchObject({ result: 'accepted' });
      const memo = person.host.memos.get(op.id) ?? null;
      await person.stop();
      person = await device(person.key).online();
      const found = await person.session.verify({ ...op, memo, attempt: 2 }, new AbortController().signal);
      expect(found).toMatchObject({ result: 'accepted', refs: [expect.any(String)] });
      const never = sendOp('never sent');
      expect(await person.session.verify(never, new AbortController().signal)).toMatchObject({
        result: 'not-sent',
      });
    });

    test('a dead link is found out: it asks, and without an answer gives up', async () => {
      await person.stop();
      const config = { server: `127.0.0.1:${proxy.port}`, ca: server.ca.certificate };
      person = new Person(
        createXmppAdapter({ limits: { idleTime: 100, probeTime: 100 } }),
        person.key,
        'x',
        config,
      );
      await person.online();
      await new Promise((resolve) => setTimeout(resolve, 600)); // an idle link that answers stays
      harm({
        toClient: { endAfter: { bytes: 0, how: 'black-hole' } },
        toServer: { endAfter: { bytes: 0, how: 'black-hole' } },
      });
      expect(await person.ended).toMatchObject({ why: 'network', error: { code: 'timeout' } });
    });

    test('one byte at a time, it says and hears the same', async () => {
      await person.stop();
      // Expat 2.6 and later, on which the newer server rests, puts off a tag that comes in crumbs until more comes behind it.
      proxy.faults = {
        toClient: { slice: 1 },
        ...(kind === 'prosody-sid' ? {} : { toServer: { slice: 1 } }),
      };
      person = await device(person.key).online();
      await person.catchUp(); // the answer is behind our presence, which opens the gates
      for (const text of ['é€😀', '<&>', 'last']) await peer.send(text);
      await heard(person);
      expect(person.host.texts()).toEqual(['é€😀', '<&>', 'last']);
      expect(await person.perform(sendOp('é€😀'))).toMatchObject({ result: 'accepted' });
      await expect.poll(() => peer.received(), { timeout: 10_000 }).toMatchObject([{ text: 'é€😀' }]);
    });

    test('a session that ended in good order is not taken up', async () => {
      const id = sessionId(person);
      expect(id).toBeDefined();
      await person.stop();
      expect(sessionId(person)).toBeUndefined();
      await person.online();
      expect(sessionId(person)).not.toBe(id);
    });
  });
});
