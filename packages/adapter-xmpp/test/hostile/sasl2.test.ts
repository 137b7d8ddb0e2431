import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../../src/index.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const SASL2 = 'urn:xmpp:sasl:2';
const SM = 'urn:xmpp:sm:3';
const BINDING = `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>`;
const authority = createTestCa();
const certificate = authority.then((ca) => ca.issue({ hosts: ['localhost'] }));
let server: ScriptedServer;
let person: Person;

afterEach(async () => {
  await person.stop();
  await server.close();
});

/** A server that offers these mechanisms for SASL2, with everything inline, and then does what a test says. */
async function start(
  mechanisms: readonly string[],
  script: (peer: Peer) => Promise<void>,
  upgrades = '',
): Promise<void> {
  server = await startScriptedServer(async (peer) => {
    await peer.startTls(await certificate);
    const list = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
    const inline = `<inline><bind xmlns='urn:xmpp:bind:0'><inline><feature var='${SM}'/></inline></bind></inline>`;
    await peer.open(
      `<authentication xmlns='${SASL2}'>${list}${upgrades}${inline}</authentication>${BINDING}`,
    );
    await peer.take('authenticate');
    await script(peer);
  });
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  person = new Person(createXmppAdapter({ limits: { closeTime: 50 } }), 'me@localhost', 'x', config);
}

const bound = `<authorization-identifier>me@localhost/natter~1</authorization-identifier>
  <bound xmlns='urn:xmpp:bind:0'><enabled xmlns='${SM}' id='s1' resume='true'/></bound>`;
const message = `<message from='eve@localhost' id='1'><body>hello</body></message>`;

test('a success without the proof of SCRAM is none, and nothing behind it is looked at', async () => {
  await start(['SCRAM-SHA-256'], async (peer) => {
    peer.write(`<success xmlns='${SASL2}'>${bound}</success>${message}`);
    await peer.gone();
  });
  expect(await person.run()).toMatchObject({ error: { code: 'protocol' } });
  expect(person.host.batches).toEqual([]);
});

test('what stands behind the success in one chunk is counted, and none of it is lost', async () => {
  const acknowledged = Promise.withResolvers<string>();
  await start(['PLAIN'], async (peer) => {
    const features = `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><csi xmlns='urn:xmpp:csi:0'/></stream:features>`;
    peer.write(`<success xmlns='${SASL2}'>${bound}</success>${features}${message}`);
    await peer.settle();
    peer.write(`<r xmlns='${SM}'/>`);
    for (let answer = await peer.take('a'); ; answer = await peer.take('a'))
      if (answer.attrs['h'] === '1') return acknowledged.resolve('1');
  });
  await person.online();
  await person.host.until('message', () => person.host.texts().includes('hello'));
  await acknowledged.promise;
});

test('what comes before anybody looks at it is bounded', async () => {
  await start(['PLAIN'], async (peer) => {
    peer.write(`<success xmlns='${SASL2}'>${bound}</success>`);
    const large = `<message from='eve@localhost'><body>${'x'.repeat(1024 * 1024)}</body></message>`;
    await peer.flood(Buffer.from(large), 64);
  });
  expect(await person.run()).toMatchObject({
    why: 'network',
    error: { condition: { condition: 'policy-violation' } },
  });
});

test('a token goes over an encrypted connection, and nowhere else', async () => {
  server = await startScriptedServer(async (peer) => {
    const fast = `<inline><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline>`;
    await peer.open(
      `<authentication xmlns='${SASL2}'><mechanism>SCRAM-SHA-256</mechanism>${fast}</authentication>`,
    );
    await peer.take('authenticate');
    peer.destroy();
  });
  const config = { server: `127.0.0.1:${server.port}`, ca: (await authority).certificate };
  person = new Person(createXmppAdapter(), 'me@localhost', 'x', config);
  const token = { mechanism: 'HT-SHA-256-NONE', token: 'secret' };
  person.host.secrets.set('sign-in-token', JSON.stringify(token));
  await person.run();
  expect(server.peers[0]?.heard).toContain('mechanism="SCRAM-SHA-256"');
  expect(server.peers[0]?.heard).not.toContain('HT-SHA-256');
});

const upgrade = (task: string): string => `<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>${task}</upgrade>`;
const wants = (task: string, text = ''): string =>
  `<continue xmlns='${SASL2}'><tasks><task>${task}</task></tasks>${text && `<text>${text}</text>`}</continue>`;

test('a task that natter cannot do ends the sign-in with its name and the words of the server', async () => {
  await start(['PLAIN'], async (peer) => {
    peer.write(wants('TOTP', 'Enter the code of your telephone'));
    await peer.gone();
  });
  expect(await person.run()).toMatchObject({
    why: 'needsLogin',
    error: {
      code: 'authentication',
      message:
        'the server wants TOTP beside the password, which natter cannot do; it says: Enter the code of your telephone',
      condition: { condition: 'TOTP', text: 'Enter the code of your telephone' },
    },
  });
});

test('keys of the password go to nobody who may be in the middle: neither offered nor given without binding', async () => {
  await start(
    ['PLAIN'],
    async (peer) => {
      peer.write(wants('UPGR-SCRAM-SHA-256'));
      await peer.gone();
    },
    upgrade('UPGR-SCRAM-SHA-256'),
  );
  expect(await person.run()).toMatchObject({ error: { condition: { condition: 'UPGR-SCRAM-SHA-256' } } });
  expect(server.peers[0]?.heard).not.toContain('UPGR-');
  expect(server.peers[0]?.heard).not.toContain('<next');
});

test('nor to a server that has not proved that it knows the password', async () => {
  await start(
    ['SCRAM-SHA-1-PLUS'],
    async (peer) => {
      const initial = /<initial-response>([^<]+)/.exec(peer.heard)?.[1] ?? '';
      const nonce = /r=([^,]+)/.exec(Buffer.from(initial, 'base64').toString())?.[1] ?? '';
      const challenge = Buffer.from(`r=${nonce}server,s=QSXCR+Q6sek8bf92,i=4096`).toString('base64');
      peer.write(`<challenge xmlns='${SASL2}'>${challenge}</challenge>`);
      await peer.take('response');
      peer.write(wants('UPGR-SCRAM-SHA-256'));
      await peer.gone();
    },
    upgrade('UPGR-SCRAM-SHA-256'),
  );
  expect(await person.run()).toMatchObject({ error: { code: 'protocol' } });
  expect(server.peers[0]?.heard).toContain('UPGR-SCRAM-SHA-256</upgrade>');
  expect(server.peers[0]?.heard).not.toContain('<next');
});
