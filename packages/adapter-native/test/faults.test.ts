import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createNativeAdapter } from '../src/index.ts';
import { Running, TestHost } from './support/host.ts';
import { ScriptedServer } from './support/scripted-server.ts';

const patient = createNativeAdapter();
const impatient = createNativeAdapter({ openTimeout: 200 });

function run(config: Record<string, string | boolean>, address = 'alice', adapter = patient): Running {
  const host = new TestHost();
  host.secrets.set('token', JSON.stringify(['d1', 'token-1']));
  return new Running(adapter, config, host, address);
}

/** Something that listens and does not speak the protocol. */
async function listener(answer: string | null): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (answer !== null) socket.on('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, close };
}

describe('what the network does ends the run, with a code that says what', () => {
  test('no such name', async () => {
    const ended = await run({ server: 'wss://no-such-host.invalid' }).ended;
    expect(ended).toMatchObject({
      why: 'network',
      error: { code: 'name-not-found', userAction: 'check-address' },
    });
  });

  test('nothing listens', async () => {
    const { port, close } = await listener(null);
    await close();
    expect(await run({}, `alice@127.0.0.1:${port}`).ended).toMatchObject({
      why: 'network',
      error: { code: 'connection-refused' },
    });
  });

  test.each([
    ['no answer at all', null, 'timeout'],
    ['not HTTP', '220 smtp ready\r\n', 'network'],
    ['no WebSocket', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'network'],
  ])('%s', async (_name, answer, code) => {
    const { port, close } = await listener(answer);
    const using = answer === null ? impatient : patient;
    expect(await run({ server: `ws://127.0.0.1:${port}` }, 'alice', using).ended).toMatchObject({
      why: 'network',
      error: { code },
    });
    await close();
  });

  test('a busy server says when to come again', async () => {
    const { port, close } = await listener(
      'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n',
    );
    expect(await run({ server: `http://127.0.0.1:${port}` }).ended).toMatchObject({
      why: 'network',
      retryAfter: 7_000,
    });
    await close();
  });

  test('TLS where there is none', async () => {
    const server = await ScriptedServer.start();
    expect(await run({ server: `wss://127.0.0.1:${server.port}` }).ended).toMatchObject({
      why: 'network',
      error: { code: 'tls-required' },
    });
    await server.stop();
  });
});

describe('certificates', () => {
  test.each([
    ['expired', 'certificate-expired'],
    ['not-yet-valid', 'certificate-expired'],
    ['wrong-name', 'certificate-wrong-name'],
    ['self-signed', 'certificate-untrusted'],
    ['unknown-authority', 'certificate-untrusted'],
  ] as const)('%s is refused as %s, and no byte of ours goes out', async (fault, code) => {
    const authority = await createTestCa();
    const { chain, key } = await authority.issueFaulty(fault, ['127.0.0.1']);
    const server = await ScriptedServer.start({}, { key, cert: chain });
    const config = { server: `wss://127.0.0.1:${server.port}`, ca: authority.certificate };
    expect(await run(config).ended).toMatchObject({ why: 'needsTrust', error: { code } });
    expect(server.links).toEqual([]);
    await server.stop();
  });

  test('a sound one is taken, by the authority of the account', async () => {
    const authority = await createTestCa();
    const { chain, key } = await authority.issue({ hosts: ['127.0.0.1'] });
    const server = await ScriptedServer.start({}, { key, cert: chain });
    const running = await run({
      server: `https://127.0.0.1:${server.port}`,
      ca: authority.certificate,
    }).caughtUp();
    expect(await running.stop()).toEqual({ why: 'stopped' });
    expect(await run({ server: `https://127.0.0.1:${server.port}` }).ended).toMatchObject({
      error: { code: 'certificate-untrusted' },
    });
    await server.stop();
  });

  test('an authority that is none is said so', async () => {
    const ca = '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----';
    const ended = await run({ server: 'wss://127.0.0.1:1', ca }).ended;
    expect(ended.why).toBe('network');
  });
});

describe('settings', () => {
  test.each([
    [{ server: 'ws://192.0.2.1:5280' }, 'alice', 'tls-required'],
    [{ server: 'ftp://127.0.0.1' }, 'alice', 'invalid'],
    [{ server: 'ws://alice:secret@127.0.0.1' }, 'alice', 'invalid'],
    [{ ca: 'none' }, 'alice@127.0.0.1', 'invalid'],
    [{}, 'alice', 'invalid'],
    [{}, 'al ice@127.0.0.1', 'invalid'],
  ])('%o with %s is refused, and not tried again', async (config, address, code) => {
    expect(await run(config as Record<string, string>, address).ended).toMatchObject({
      why: 'refused',
      error: { code },
    });
  });
});
