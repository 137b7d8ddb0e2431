import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  startFaultProxy,
  type ConnectionFaults,
  type FaultProxy,
  type FaultProxyOptions,
} from '../../src/proxy/index.ts';

const text = 'é€😀'.repeat(20);

let server: Server;
let atServer: Socket[];
let proxies: FaultProxy[];
let clients: Socket[];

beforeEach(async () => {
  [atServer, proxies, clients] = [[], [], []];
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    atServer.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of [...clients, ...atServer]) socket.destroy();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await new Promise((resolve) => server.close(resolve));
});

async function start(
  faults: ConnectionFaults = {},
  options: Partial<FaultProxyOptions> = {},
): Promise<FaultProxy> {
  const upstream = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const proxy = await startFaultProxy({ upstream, faults, seed: 7, print: () => {}, ...options });
  proxies.push(proxy);
  return proxy;
}

async function dial(proxy: FaultProxy): Promise<{ client: Socket; remote: Socket }> {
  const arrived = once(server, 'connection');
  const client = connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true, noDelay: true });
  clients.push(client);
  const [remote] = (await arrived) as [Socket];
  return { client, remote };
}

function collect(socket: Socket): Buffer[] {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 5000, interval: 5 }).toBe(true);
const whole = (chunks: Buffer[]) => Buffer.concat(chunks);

describe('without faults', () => {
  it('carries bytes and ends both ways', async () => {
    const { client, remote } = await dial(await start());
    const [received, answered] = [collect(remote), collect(client)];
    client.end(text);
    await once(remote, 'end');
    remote.end('bye');
    await once(client, 'end');
    expect(whole(received).toString()).toBe(text);
    expect(whole(answered).toString()).toBe('bye');
    await until(() => proxies[0]?.connections.size === 0);
  });

  it('prints the seed that repeats it', async () => {
    const lines: string[] = [];
    const proxy = await start({}, { seed: 42, print: (line) => lines.push(line) });
    expect(lines).toEqual([`fault proxy on port ${proxy.port}: seed 42 (NATTER_SEED=42 repeats it)`]);
  });
});

describe('slices', () => {
  it('of one byte tear every character apart and lose none', async () => {
    const { client, remote } = await dial(await start({ toServer: { slice: 1 } }));
    const received = collect(remote);
    client.end(text);
    await once(remote, 'end');
    expect(whole(received).toString()).toBe(text);
    expect(received.length).toBeGreaterThan(text.length / 2);
  });
});

describe('corruption', () => {
  const corruptedBy = async (seed: number): Promise<Buffer> => {
    const { client, remote } = await dial(await start({ toServer: { corrupt: 0.2 } }, { seed }));
    const received = collect(remote);
    client.end(text);
    await once(remote, 'end');
    return whole(received);
  };

  it('flips bits, the same ones for the same seed', async () => {
    const first = await corruptedBy(1);
    expect(first.length).toBe(Buffer.byteLength(text));
    expect(first.equals(Buffer.from(text))).toBe(false);
    expect(first.equals(await corruptedBy(1))).toBe(true);
    expect(first.equals(await corruptedBy(2))).toBe(false);
  });
});

describe('endings after a number of bytes', () => {
  it('reset: the bytes before it arrive, then RST on both sides', async () => {
    const { client, remote } = await dial(
      await start({ toServer: { endAfter: { bytes: 10, how: 'reset' } } }),
    );
    const failed = once(client, 'error') as Promise<[NodeJS.ErrnoException]>;
    const remoteFailed = new Promise((resolve) => remote.once('close', resolve));
    collect(client);
    collect(remote);
    client.write(text);
    expect((await failed)[0].code).toBe('ECONNRESET');
    await remoteFailed;
    expect(remote.errored).not.toBeNull();
  });

  it('close: exactly so many bytes, then the end', async () => {
    const { client, remote } = await dial(
      await start({ toServer: { endAfter: { bytes: 10, how: 'close' } } }),
    );
    const received = collect(remote);
    client.write(text);
    await once(remote, 'end');
    expect(whole(received).equals(Buffer.from(text).subarray(0, 10))).toBe(true);
  });

  it('half-close: one direction ends, the other goes on', async () => {
    const { client, remote } = await dial(
      await start({ toServer: { endAfter: { bytes: 3, how: 'half-close' } } }),
    );
    const [received, answered] = [collect(remote), collect(client)];
    client.write('abcdef');
    await once(remote, 'end');
    remote.write('still here');
    await until(() => whole(answered).toString() === 'still here');
    expect(whole(received).toString()).toBe('abc');
  });

  it('black hole: the rest vanishes, and nobody is told, not even of the end', async () => {
    const proxy = await start({ toServer: { endAfter: { bytes: 3, how: 'black-hole' } } });
    const { client, remote } = await dial(proxy);
    const received = collect(remote);
    let told = false;
    remote.on('end', () => (told = true)).on('close', () => (told = true));
    client.write('abcdef');
    await until(() => [...proxy.connections][0]?.toServer.lost === 3);
    client.resetAndDestroy();
    await sleep(50);
    expect([whole(received).toString(), told]).toEqual(['abc', false]);
  });
});

describe('time', () => {
  it('latency delays, and keeps the order under jitter', async () => {
    const { client, remote } = await dial(await start({ toServer: { latency: { base: 40, jitter: 30 } } }));
    const received = collect(remote);
    const started = performance.now();
    for (const letter of 'abcdefgh') {
      client.write(letter);
      await sleep(2);
    }
    client.end();
    await once(remote, 'end');
    expect(performance.now() - started).toBeGreaterThanOrEqual(40);
    expect(whole(received).toString()).toBe('abcdefgh');
  });

  it('bandwidth makes bytes take as long as they should at least', async () => {
    const { client, remote } = await dial(await start({ toServer: { bandwidth: 2000 } }));
    const received = collect(remote);
    const started = performance.now();
    client.end(Buffer.alloc(200));
    await once(remote, 'end');
    expect(whole(received).length).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
  });
});

describe('control while it runs', () => {
  it('a stalled direction holds everything back and loses nothing', async () => {
    const proxy = await start({ toServer: { stalled: true } });
    const { client, remote } = await dial(proxy);
    const received = collect(remote);
    client.write(text);
    await until(() => ([...proxy.connections][0]?.toServer.queued ?? 0) > 0);
    expect(received).toEqual([]);
    [...proxy.connections][0]?.apply({});
    await until(() => whole(received).toString() === text);
  });

  it('is bounded: it stops reading when a direction is full', async () => {
    const proxy = await start({ toServer: { stalled: true } }, { capacity: 64 * 1024 });
    const { client } = await dial(proxy);
    client.write(Buffer.alloc(32 * 1024 * 1024));
    const lane = [...proxy.connections][0]?.toServer;
    await until(() => (lane?.queued ?? 0) >= 64 * 1024);
    await sleep(50);
    // The capacity, and at most the one read that crossed it.
    expect(lane?.queued).toBeLessThanOrEqual(2 * 64 * 1024);
  });

  it('resets every connection, refuses new ones, and lets them in again', async () => {
    const proxy = await start();
    const { client } = await dial(proxy);
    const failed = once(client, 'error');
    proxy.cutAll('reset');
    await failed;
    proxy.refusing = true;
    const refused = connect({ port: proxy.port, host: proxy.host });
    await once(refused, 'error');
    proxy.refusing = false;
    const { client: again, remote } = await dial(proxy);
    const received = collect(remote);
    again.write('hello');
    await until(() => whole(received).toString() === 'hello');
    expect(proxy.accepted).toBe(3);
  });

  it('resets a side whose end it has just passed on', async () => {
    const proxy = await start();
    const { client, remote } = await dial(proxy);
    const failed = once(client, 'error') as Promise<[NodeJS.ErrnoException]>;
    const ended = once(remote, 'end');
    for (const socket of [client, remote]) collect(socket);
    const [connection] = proxy.connections;
    connection?.toServer.end('half-close');
    connection?.cut('reset');
    expect((await failed)[0].code).toBe('ECONNRESET');
    await Promise.all([ended, connection?.closed]);
    // Node reads no further than the end, so that only a write shows the reset.
    const refused = once(remote, 'error');
    remote.write('too late');
    await refused;
    await proxy.close();
    expect(proxy.connections.size).toBe(0);
  });

  it('resets what comes past the most connections', async () => {
    const proxy = await start({}, { maxConnections: 1 });
    await dial(proxy);
    await once(connect({ port: proxy.port, host: proxy.host }), 'error');
    expect(proxy.connections.size).toBe(1);
  });

  it('resets the client when the server cannot be reached', async () => {
    const proxy = await start();
    await new Promise((resolve) => server.close(resolve));
    await once(connect({ port: proxy.port, host: proxy.host }), 'error');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.upstream = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    await dial(proxy);
  });

  it('leaves nothing open when it is closed', async () => {
    const proxy = await start({ toServer: { stalled: true }, toClient: { latency: { base: 60_000 } } });
    const { client, remote } = await dial(proxy);
    client.write('held');
    remote.write('on its way');
    await until(() => ([...proxy.connections][0]?.toClient.queued ?? 0) > 0);
    client.on('error', () => {});
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await proxy.close();
    expect(proxy.connections.size).toBe(0);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThan(before);
  });
});
