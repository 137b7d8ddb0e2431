import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const SM = 'urn:xmpp:sm:3';
const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));
let server: ScriptedServer;
let person: Person;
afterEach(async () => {
  await person.stop();
  await server.close();
});

/** One script for each connection; the first begins a managed session and is cut after a message. */
async function start(...later: readonly ((peer: Peer) => Promise<void>)[]): Promise<void> {
  const first = async (peer: Peer): Promise<void> => {
    await peer.signIn(await certificate, true);
    await peer.settle();
    peer.write(message('one'));
    await person.host.until('one', () => person.host.texts().includes('one'));
    peer.destroy();
  };
  server = await startScriptedServer(first, ...later);
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
}
const message = (text: string): string =>
  `<message from='friend@localhost/x' id='${text}'><body>${text}</body></message>`;
async function resume(peer: Peer): Promise<string> {
  await peer.authenticate(await certificate);
  return String((await peer.take('resume')).attrs['h']);
}
/** Answers what a client asks once its session goes on. */
async function serve(peer: Peer): Promise<void> {
  for (let element = await peer.next(); element !== null; element = await peer.next())
    if (element.name === 'iq') peer.answer(element);
}
async function cutOnce(): Promise<void> {
  await person.online();
  expect(await person.ended).toMatchObject({ why: 'network' });
}
const texts = (): readonly string[] => person.host.texts();

test('F18: a server that dies after <resume/>, before its answer, costs nothing: the session is taken up again', async () => {
  const counts: string[] = [];
  await start(
    async (peer) => {
      counts.push(await resume(peer));
      peer.destroy();
    },
    async (peer) => {
      counts.push(await resume(peer));
      peer.write(`<resumed xmlns='${SM}' previd='sm1' h='0'/>${message('two')}`);
      await serve(peer);
    },
  );
  await cutOnce();
  expect(await person.run()).toMatchObject({ why: 'network' });
  await person.online();
  await person.host.until('two', () => texts().includes('two'));
  expect(texts()).toEqual(['one', 'two']);
  expect(counts[1]).toBe(counts[0]);
});

test('F18: one that dies after <resumed/>, in the middle of what it sends again, sends it again once more', async () => {
  const counts: string[] = [];
  await start(
    async (peer) => {
      counts.push(await resume(peer));
      peer.write(`<resumed xmlns='${SM}' previd='sm1' h='0'/>${message('two')}`);
      void serve(peer);
      await person.host.until('two', () => texts().includes('two'));
      peer.write(message('three').slice(0, 20));
      peer.destroy();
    },
    async (peer) => {
      counts.push(await resume(peer));
      peer.write(`<resumed xmlns='${SM}' previd='sm1' h='0'/>${message('three')}`);
      await serve(peer);
    },
  );
  await cutOnce();
  await person.run();
  await person.online();
  await person.host.until('three', () => texts().includes('three'));
  expect(texts()).toEqual(['one', 'two', 'three']);
  // What was stored before the server died is not asked for again.
  expect(Number(counts[1])).toBeGreaterThan(Number(counts[0]));
});

test('F18: a count that steps over 2^32 goes on from 0', async () => {
  const most = 2 ** 32 - 1;
  const counts: number[] = [];
  await start(async (peer) => {
    expect(await resume(peer)).toBe(String(most));
    peer.write(`<resumed xmlns='${SM}' previd='sm1' h='${most}'/>${message('two')}<r xmlns='${SM}'/>`);
    for (let element = await peer.next(); element !== null; element = await peer.next()) {
      if (element.name === 'iq') peer.answer(element);
      // All that is asked for is answered in stanzas, which count too.
      if (element.name === 'a') counts.push(Number(element.attrs['h']));
    }
  });
  await cutOnce();
  const state = JSON.parse(person.host.stored.get('stream-management') ?? '{}') as object;
  person.host.stored.set('stream-management', JSON.stringify({ ...state, handled: most }));
  await person.online();
  await person.host.until('two', () => texts().includes('two'));
  await expect.poll(() => counts.filter((count) => count < 100), { timeout: 10_000 }).not.toEqual([]);
  expect(counts.every((count) => count === most || count < 100)).toBe(true);
  expect(server.failures).toEqual([]);
});

test('F19: whose session another process took up is told so, and does not fight over it', async () => {
  await start(async (peer) => {
    await resume(peer);
    peer.write(`<resumed xmlns='${SM}' previd='sm1' h='0'/>`);
    peer.write(
      `<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    await peer.gone();
  });
  await cutOnce();
  expect(await person.run()).toMatchObject({
    why: 'replaced',
    error: { code: 'replaced', retriable: false },
  });
});

test('what was sent and not counted when a session was cut is sent again in it (XEP-0198 section 5)', async () => {
  const SEEN = `<request xmlns='urn:xmpp:receipts'/>`;
  const heard: string[] = [];
  const first = async (peer: Peer): Promise<void> => {
    await peer.signIn(await certificate, true);
    await peer.settle(`<item jid='friend@localhost' subscription='both'/>`);
    peer.write(`<message from='friend@localhost/x' id='m1' type='chat'><body>one</body>${SEEN}</message>`);
    await peer.take('message');
    peer.destroy(); // the receipt has come, and nobody will ever know
  };
  server = await startScriptedServer(first, async (peer) => {
    await resume(peer);
    peer.write(`<resumed xmlns='${SM}' previd='sm1' h='5'/>`);
    for (let element = await peer.next(); element !== null; element = await peer.next()) {
      if (element.name === 'iq') peer.answer(element);
      else heard.push(element.toString());
    }
  });
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
  await cutOnce();
  await person.online();
  await expect.poll(() => heard.join(''), { timeout: 10_000 }).toContain('<received');
  expect(heard.join('').match(/<received/g)).toHaveLength(1);
});
