import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { connectSocket } from '../src/node/connect-socket.ts';
import { firstToConnect, interleave } from '../src/node/happy-eyeballs.ts';

const { signal } = new AbortController();
const v6 = (address: string) => ({ address, family: 6 });
const v4 = (address: string) => ({ address, family: 4 });

async function listen(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it('the families take turns (RFC 8305 section 4)', () => {
  const order = interleave([v6('a'), v6('b'), v6('c'), v4('d')]).map(({ address }) => address);
  expect(order).toEqual(['a', 'd', 'b', 'c']);
  expect(interleave([v4('d'), v6('a'), v6('b')]).map(({ address }) => address)).toEqual(['d', 'a', 'b']);
  expect(interleave([])).toEqual([]);
});

it('an address that swallows everything costs a moment, and is let go', async () => {
  const port = await listen();
  const hole = new Socket(); // connects never
  const dial = ({ family }: { family: number }): Socket => (family === 6 ? hole : connect(port, '127.0.0.1'));
  const began = performance.now();
  const socket = await firstToConnect([v6('::1'), v4('127.0.0.1')], dial, signal);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(hole.destroyed).toBe(true);
  socket.destroy();
});

it('one that is slow may still win while the next is tried', async () => {
  const port = await listen();
  const slow = new Socket();
  const hole = new Socket();
  setTimeout(() => slow.connect(port, '127.0.0.1'), 400);
  const winner = await firstToConnect(
    [v6('slow'), v4('hole')],
    ({ family }) => (family === 6 ? slow : hole),
    signal,
  );
  expect(winner).toBe(slow);
  expect(hole.destroyed).toBe(true);
  slow.destroy();
});

it('one that refuses is followed at once, and a host where all do says so', async () => {
  const port = await listen();
  const both = (): Promise<{ address: string; family: number }[]> =>
    Promise.resolve([v6('::1'), v4('127.0.0.1')]);
  const socket = await connectSocket({ host: 'both.example', port, time: 5_000 }, signal, both);
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.destroy();
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const dead = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  const refused = connectSocket({ host: 'both.example', port: dead, time: 5_000 }, signal, both);
  await expect(refused).rejects.toMatchObject({ code: 'connect-refused' });
});

it('a lookup that never ends is given up in time, or when told', async () => {
  const never = (): Promise<never> => new Promise(() => {});
  await expect(connectSocket({ host: 'a', port: 1, time: 50 }, signal, never)).rejects.toMatchObject({
    code: 'timeout',
  });
  const told = AbortSignal.abort();
  await expect(connectSocket({ host: 'a', port: 1, time: 5_000 }, told, never)).rejects.toMatchObject({
    code: 'aborted',
  });
});
