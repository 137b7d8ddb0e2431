import { afterEach, expect, test } from 'vitest';
import type { Interaction } from '@natter/core';
import { mintId } from '@natter/core/model';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../src/index.ts';
import { Person } from './support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from './support/scripted-server.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const { signal } = new AbortController();
const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));
let server: ScriptedServer;
let machine: Interaction;
/** Whether the account is there: who comes then signs in. */
let accepted: boolean;
afterEach(async () => {
  await machine.cancel();
  await server.close();
});

/** Somebody who registers with a server that asks by this query, and then does what a test says. */
async function register(
  query: (connection: number) => string,
  script: (peer: Peer, connection: number) => Promise<void> = async () => {},
): Promise<Person> {
  let connections = 0;
  accepted = false;
  server = await startScriptedServer(async (peer) => {
    const connection = (connections += 1);
    await peer.startTls(await certificate);
    await peer.open(`<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms>`);
    if (accepted) {
      await peer.take('auth');
      peer.write(`<success xmlns='${SASL}'/>`);
      return;
    }
    const asked = await peer.take('iq');
    const id = String(asked.attrs['id']);
    peer.write(
      `<iq type='result' id='${id}'><query xmlns='jabber:iq:register'>${query(connection)}</query></iq>`,
    );
    await script(peer, connection);
  });
  const adapter = createXmppAdapter({ limits: { closeTime: 50 } });
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  const person = new Person(adapter, 'me@localhost', '', config);
  const account = mintId('account');
  const start = { purpose: 'register', address: 'me@localhost', config, account, deviceId: 'd' } as const;
  machine = adapter.login(start, person.host);
  await machine.next(null, signal);
  return person;
}
const answer = (values: Record<string, string>, action = 'submit'): ReturnType<Interaction['next']> =>
  machine.next({ action, values }, signal);

const puzzle = (id: number): string => `<x xmlns='jabber:x:data' type='form'>
  <field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>
  <field type='hidden' var='challenge'><value>puzzle-${id}</value></field>
  <field type='text-single' var='username'><required/></field><field type='text-private' var='password'><required/></field>
  <field var='ocr' label='Enter the text you see'><media xmlns='urn:xmpp:media-element' height='80' width='290'>
    <uri type='image/png'>cid:sha1+abc@bob.xmpp.org</uri></media></field></x>
  <data xmlns='urn:xmpp:bob' cid='sha1+abc@bob.xmpp.org' type='image/png'>aGVsbG8=</data>`;

/** Takes the filled-in form. */
async function accept(peer: Peer): Promise<string> {
  const filled = await peer.take('iq');
  accepted = true;
  peer.answer(filled);
  return filled.toString();
}

test('a puzzle (XEP-0158) is shown, and its answer goes to whoever put it, on the same stream', async () => {
  let filled = '';
  const person = await register(puzzle, async (peer) => {
    filled = await accept(peer);
  });
  expect(await answer({ password: 'secret' })).toEqual({
    kind: 'show',
    what: 'image',
    data: { mediaType: 'image/png', data: 'aGVsbG8=' },
    actions: ['continue'],
  });
  expect(await answer({}, 'continue')).toMatchObject({ kind: 'fields', fields: [{ name: 'ocr' }] });
  expect(await answer({ ocr: '7nHL3' })).toMatchObject({ kind: 'done', address: 'me@localhost' });
  // The new account signs in on a stream of its own, as servers may look for the user when a stream begins.
  expect(
    server.peers.map(({ heard }) => [heard.includes('jabber:iq:register'), heard.includes('<auth')]),
  ).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(filled).toContain('<field var="challenge"><value>puzzle-1</value></field>');
  expect(filled).toContain('<field var="ocr"><value>7nHL3</value></field>');
  expect(person.host.secrets.get('password')).toBe('secret');
});

test('a server that would not wait puts another puzzle, and the old answer is none', async () => {
  let filled = '';
  await register(puzzle, async (peer, connection) => {
    if (connection === 1) peer.destroy();
    else filled = await accept(peer);
  });
  await answer({ password: 'secret' });
  await server.peers[0]?.gone();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await answer({ ocr: 'old' }, 'continue')).toMatchObject({ kind: 'show' });
  expect(await answer({}, 'continue')).toMatchObject({ kind: 'fields', fields: [{ name: 'ocr' }] });
  expect(await answer({ ocr: 'new' })).toMatchObject({ kind: 'done' });
  expect(filled).toContain('<value>puzzle-2</value>');
  expect(filled).toContain('<value>new</value>');
});

test('the fields of old servers (XEP-0077 section 3.1) are asked for', async () => {
  let filled = '';
  await register(
    () => '<instructions>Hello</instructions><username/><password/><email/><key>k1</key>',
    async (peer) => {
      filled = await accept(peer);
    },
  );
  expect(await answer({ password: 'secret' })).toMatchObject({ kind: 'fields', fields: [{ name: 'email' }] });
  expect(await answer({ email: 'me@example.org' })).toMatchObject({ kind: 'done' });
  for (const [name, value] of Object.entries({
    username: 'me',
    password: 'secret',
    email: 'me@example.org',
    key: 'k1',
  }))
    expect(filled).toContain(`<${name}>${value}</${name}>`);
});

test('a server that wants it done on the web says where', async () => {
  await register(
    () =>
      `<instructions>Go</instructions><x xmlns='jabber:x:oob'><url>https://example.org/register</url></x>`,
  );
  expect(await answer({ password: 'secret' })).toMatchObject({
    kind: 'failed',
    error: {
      code: 'registration-closed',
      message: 'the server wants you to register at https://example.org/register',
    },
  });
});

test('who gives up leaves no stream behind', async () => {
  await register(puzzle);
  await answer({ password: 'secret' });
  await machine.cancel();
  await server.peers[0]?.gone();
});
