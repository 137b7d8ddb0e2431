import { describe, expect, it } from 'vitest';
import { clientAddress, trustedProxies } from '../src/listener/client-address.ts';
import { TestClient } from './support/client.ts';
import { startServer, temporaryDirectory } from './support/server.ts';
import { createServer } from '../src/server.ts';
import type { LogEntry } from '../src/log.ts';

/** From where a request seems to come. */
function seen(trusted: readonly string[], peer: string, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const request = { socket: { remoteAddress: peer }, headers };
  return clientAddress(trustedProxies(trusted))(
    request as unknown as Parameters<ReturnType<typeof clientAddress>>[0],
  );
}

describe('the address of a client', () => {
  it('is what a trusted proxy says, and nobody else', () => {
    expect(seen([], '10.0.0.1', '192.0.2.7')).toBe('10.0.0.1');
    expect(seen(['10.0.0.0/8'], '10.0.0.1', '192.0.2.7')).toBe('192.0.2.7');
    expect(seen(['10.0.0.0/8'], '::ffff:10.0.0.1', '[2001:db8::1]:5000')).toBe('2001:db8::1');
    expect(seen(['10.0.0.0/8'], '11.0.0.1', '192.0.2.7')).toBe('11.0.0.1');
    expect(seen(['10.0.0.1'], '10.0.0.1')).toBe('10.0.0.1');
  });

  it('is not what the client has invented left of it', () => {
    expect(seen(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 192.0.2.7')).toBe('192.0.2.7');
    expect(seen(['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 192.0.2.7, 10.0.0.9')).toBe('192.0.2.7');
    expect(seen(['10.0.0.0/8'], '10.0.0.1', 'unknown, 10.0.0.9')).toBe('10.0.0.9');
    expect(seen(['::1'], '::1', '"; DROP')).toBe('::1');
  });

  it.each(['10.0.0.0/33', 'proxy.example', '10.0.0.0/', '10.0.0.1/8/8', '::1/x'])(
    'is not guessed from %s',
    async (range) => {
      const started = createServer({
        dataDirectory: temporaryDirectory(),
        port: 0,
        trustedProxies: [range],
      });
      await expect(started).rejects.toMatchObject({ code: 'configuration' });
    },
  );
});

describe('behind a proxy', () => {
  it('each client has its own bounds, and nobody registers unasked', async () => {
    const entries: LogEntry[] = [];
    const server = await startServer({
      trustedProxies: ['127.0.0.1'],
      visitors: { perAddress: 1 },
      log: (entry) => entries.push(entry),
    });
    const from = (address: string): Promise<TestClient> =>
      TestClient.connect(server.url, { headers: { 'x-forwarded-for': address } });
    const first = await from('192.0.2.1');
    await expect(from('192.0.2.1')).rejects.toThrow('503');
    await from('192.0.2.2');
    expect(await first.request({ type: 'hello' })).toMatchObject({ registration: 'closed' });
    await first.refusal({ type: 'sign-in', address: 'nobody', password: 'wrong' });
    expect(entries).toContainEqual({ level: 'warn', event: 'sign-in-failed', from: '192.0.2.1' });
  });
});
