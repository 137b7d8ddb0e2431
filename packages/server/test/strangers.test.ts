import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createTestCa } from '@natter/testing/tls';
import { describe, expect, it } from 'vitest';
import { Handshakes } from '../src/listener/handshakes.ts';
import { TestClient, password } from './support/client.ts';
import { startServer } from './support/server.ts';
import { until } from './support/until.ts';

const users = ['alice', 'bob', 'carol', 'dave', 'erin'];

describe('strangers', () => {
  it.each(['without TLS', 'with TLS'])(
    'who say nothing yet may not hold many connections, %s',
    async (how) => {
      const ca = await createTestCa();
      const { chain, key } = await ca.issue({ hosts: ['localhost'] });
      const tls = how === 'with TLS' ? { tls: { certificate: chain, key } } : {};
      const server = await startServer({ visitors: { perAddress: 3 }, ...tls });
      const silent = Array.from({ length: 4 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
      await new Promise((resolve) => silent[3]?.once('close', resolve));
      for (const socket of silent) socket.destroy();
      const url = server.url.replace('127.0.0.1', 'localhost');
      const visit = (): Promise<TestClient | null> =>
        TestClient.connect(url, { ca: ca.certificate }).catch(() => null);
      // Who has said what they want is counted no more: more of them come in than may be silent at one time.
      const members: TestClient[] = [];
      for (const user of users) {
        const member = await until(visit);
        await member.request({ type: 'register', user, password });
        members.push(member);
      }
      for (const member of members) expect(await member.request({ type: 'ping' })).toEqual({ done: true });
    },
  );

  it('who come again and again without a sign-in have to wait, and who sign in have not', async () => {
    const server = await startServer({ signInRates: { visit: { burst: 3, interval: 60_000 } } });
    const members = [await TestClient.register(server.url, 'alice')];
    for (let count = 0; count < 5; count += 1) members.push(await TestClient.signIn(server.url, 'alice'));
    for (let count = 0; count < 3; count += 1) await (await TestClient.connect(server.url)).close();
    await expect(TestClient.connect(server.url)).rejects.toThrow('503');
    for (const member of members) expect(await member.request({ type: 'ping' })).toEqual({ done: true });
  });

  it('who have said what they want leave nothing behind with their connection', async () => {
    const handshakes = new Handshakes({ perAddress: 1, total: 1 }, () => false);
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(listener, 'connection')) as [Socket];
    const before = socket.listenerCount('close');
    expect(handshakes.begin(socket)).toBe(true);
    expect(handshakes.begin(socket)).toBe(false);
    handshakes.done(socket);
    expect(socket.listenerCount('close')).toBe(before);
    expect(handshakes.begin(socket)).toBe(true);
    client.destroy();
    await once(socket.resume(), 'close');
    listener.close();
  });
});
