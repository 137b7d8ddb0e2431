import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { containing } from '../support/matchers.ts';
import {
  createTestCa,
  type CertificateFault,
  type IssuedCertificate,
  type TestCa,
} from '@natter/testing/tls';
import { createAdapter } from '../../src/adapter.ts';
import { createXmppAdapter } from '../../src/index.ts';
import type { Platform } from '../../src/wire/channel.ts';
import { nodePlatform } from '../../src/wire/node/platform.ts';
import { Person } from '../support/recording-host.ts';
import { startScriptedServer, type Peer, type ScriptedServer } from '../support/scripted-server.ts';

const PASSWORD = 'correct-horse';
const PLAIN = `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>`;
let ca: TestCa;
let certificate: IssuedCertificate;
let server: ScriptedServer;

beforeAll(async () => {
  ca = await createTestCa();
  certificate = await ca.issue({ hosts: ['localhost'] });
});
afterEach(() => server.close());

async function against(
  script: (peer: Peer) => Promise<void>,
  config: Record<string, string> = {},
  host = '127.0.0.1',
): Promise<Person> {
  server = await startScriptedServer(script);
  return new Person(
    createXmppAdapter({ limits: { loginTime: 3_000, handshakeTime: 1_000, closeTime: 100 } }),
    'me@localhost',
    PASSWORD,
    {
      server: `${host}:${server.port}`,
      ca: ca.certificate,
      ...config,
    },
  );
}

/** Everything that went over the wire in clear or reached the script decrypted. */
const heard = (): string => server.peers.map((peer) => peer.heard).join('');
const secrets = [PASSWORD, Buffer.from(`\0me\0${PASSWORD}`).toString('base64')];

describe('certificates: refused before a credential byte', () => {
  const expected: Record<CertificateFault, string> = {
    expired: 'certificate-expired',
    'not-yet-valid': 'certificate-expired',
    'wrong-name': 'certificate-wrong-name',
    'self-signed': 'certificate-untrusted',
    'unknown-authority': 'certificate-untrusted',
  };
  for (const security of ['STARTTLS', 'direct TLS']) {
    test.each(Object.entries(expected) as [CertificateFault, string][])(
      `%s over ${security}`,
      async (fault, code) => {
        const faulty = await ca.issueFaulty(fault, ['localhost']);
        const direct = security === 'direct TLS';
        const script = async (peer: Peer): Promise<void> => {
          if (direct) peer.secure(faulty);
          else await peer.startTls(faulty);
          await peer.open(PLAIN);
        };
        const person = await against(script, {}, direct ? 'xmpps://127.0.0.1' : '127.0.0.1');
        expect(await person.run()).toMatchObject({
          why: 'needsTrust',
          error: { code, message: containing('; ') },
        });
        expect(heard()).not.toContain('<auth');
      },
    );
  }

  test('a certificate that the user pinned is taken, whatever it says', async () => {
    const faulty = await ca.issueFaulty('self-signed', ['localhost']);
    const sign = async (peer: Peer): Promise<void> => {
      await peer.signIn(faulty);
      await peer.settle();
    };
    const person = await against(sign);
    const ended = await person.run();
    const fingerprint =
      ended.why === 'needsTrust' ? JSON.stringify(ended.error.condition?.['fingerprint']).slice(1, -1) : '';
    await server.close();
    const trusting = await against(sign, { trusted: fingerprint });
    await trusting.online();
    await trusting.stop();
  });
});

test('a stripped STARTTLS is no way around encryption (CVE-2016-10027)', async () => {
  const remote: Platform = {
    ...nodePlatform,
    async connect(...target) {
      return Object.defineProperty(await nodePlatform.connect(...target), 'loopback', { value: false });
    },
  };
  server = await startScriptedServer((peer) => peer.open(PLAIN.replace('PLAIN', 'SCRAM-SHA-1')));
  const config = { server: `127.0.0.1:${server.port}` };
  const person = new Person(createAdapter(remote, {}), 'me@localhost', PASSWORD, config);
  expect(await person.run()).toMatchObject({ why: 'refused', error: { code: 'tls-required' } });
  expect(heard()).not.toContain('<auth');
  const careless = new Person(createAdapter(remote, {}), 'me@localhost', PASSWORD, {
    ...config,
    allowInsecure: true,
  });
  const run = careless.run();
  await careless.host.until('sign-in', () => careless.host.phases.includes('authenticating'));
  await careless.stop();
  expect(await run).toEqual({ why: 'stopped' });
});

test('without encryption, which this machine alone may do, the password itself does not go out', async () => {
  const person = await against((peer) => peer.open(PLAIN));
  expect(await person.run()).toMatchObject({
    why: 'needsLogin',
    error: { message: containing('without encryption') },
  });
  expect(heard()).not.toContain('<auth');
});

test('a refused STARTTLS ends the attempt', async () => {
  const person = await against(async (peer) => {
    await peer.open(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await peer.take('starttls');
    peer.write(`<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
  });
  expect(await person.run()).toMatchObject({
    why: 'network',
    error: { message: containing('refused to start encryption') },
  });
});

test('a stanza injected behind <proceed/> is not looked at (CVE-2011-0411)', async () => {
  const person = await against(async (peer) => {
    await peer.open(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await peer.take('starttls');
    peer.write(
      `<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>` +
        `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>` +
        `<message from='eve@localhost'><body>injected</body></message>`,
    );
    peer.secure(certificate);
    await peer.open(
      `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>X-NONE</mechanism></mechanisms>`,
    );
  });
  expect(await person.run()).toMatchObject({ error: { message: containing('X-NONE') } });
  expect(person.host.messages).toEqual([]);
  for (const secret of secrets) expect(heard()).not.toContain(secret);
});

test('a stanza before sign-in ends the stream', async () => {
  const person = await against(async (peer) => {
    await peer.startTls(certificate);
    await peer.open(
      `${PLAIN}</stream:features><message from='eve@localhost'><body>early</body></message><stream:features>`,
    );
  });
  expect(await person.run()).toMatchObject({
    why: 'network',
    error: { code: 'protocol', message: containing('before sign-in') },
  });
  expect(person.host.messages).toEqual([]);
});

test('a weaker mechanism than last time is refused (XEP-0474)', async () => {
  const person = await against(async (peer) => {
    await peer.startTls(certificate);
    await peer.open(PLAIN);
  });
  await person.host.setSecret('sasl-mechanism', 'SCRAM-SHA-256');
  expect(await person.run()).toMatchObject({ why: 'needsLogin', error: { code: 'downgrade' } });
  expect(heard()).not.toContain('<auth');
});

test('a server that skips the proof of SCRAM is not believed', async () => {
  const person = await against(async (peer) => {
    await peer.startTls(certificate);
    await peer.open(
      `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>`,
    );
    await peer.take('auth');
    peer.write(`<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`);
  });
  expect(await person.run()).toMatchObject({ why: 'refused', error: { code: 'protocol' } });
});

test('a server that goes silent in the middle of sign-in costs its time limit and leaves nothing behind', async () => {
  const person = await against(async (peer) => {
    await peer.startTls(certificate);
  });
  expect(await person.run()).toMatchObject({ why: 'network', error: { code: 'timeout' } });
  await server.peers[0]!.gone();
});

test('an abort ends the run at once, at any stage', async () => {
  for (const stage of ['connecting', 'authenticating'] as const) {
    const person = await against(async (peer) => {
      await peer.startTls(certificate);
      if (stage === 'connecting') return;
      await peer.open(PLAIN);
    });
    const run = person.run();
    await person.host.until(stage, () => person.host.phases.includes(stage));
    expect(await person.stop()).toEqual({ why: 'stopped' });
    expect(await run).toEqual({ why: 'stopped' });
    await server.close();
  }
});

test('refused ports and unknown hosts say what they are', async () => {
  const person = await against(() => Promise.resolve());
  const { port } = server;
  await server.close();
  expect(await person.run()).toMatchObject({
    why: 'network',
    error: { code: 'connection-refused', message: containing(String(port)) },
  });
  const nowhere = new Person(createXmppAdapter(), 'me@nowhere.invalid', PASSWORD, {
    server: 'nowhere.invalid',
  });
  expect(await nowhere.run()).toMatchObject({ why: 'network', error: { code: 'name-not-found' } });
});
