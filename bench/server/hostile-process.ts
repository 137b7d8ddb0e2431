/**
 * Strangers and a bad reader, in a process of their own so that who measures is not slowed down with them. Begins with the
 * first message that names what to do, ends with `stop`; answers each when it is so.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchClient } from './client.ts';

const [, , url = ''] = process.argv;
const port = Number(new URL(url).port);
let going = false;

/** Handshakes that never end: a byte now and then. */
async function slowLoris(): Promise<void> {
  const sockets: Socket[] = [];
  while (going) {
    if (sockets.length < 500) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.splice(sockets.indexOf(socket), 1));
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      sockets.push(socket);
    }
    for (const socket of sockets.slice(0, 20)) socket.write('x');
    await sleep(5);
  }
  for (const socket of sockets) socket.destroy();
}

/** Connections that ask and never sign in. */
async function flood(): Promise<void> {
  while (going) {
    const client = await BenchClient.connect(url).catch(() => null);
    for (let id = 1; client !== null && id <= 40; id += 1) client.send(`{"type":"ping","id":${id}}`);
    await sleep(5);
    client?.socket.terminate();
  }
}

/** An account whose device asks for everything and reads nothing, while messages for it pour in. */
async function slowReader(): Promise<void> {
  const [reader, writer] = [await BenchClient.connect(url), await BenchClient.connect(url)];
  const name = `slow${Date.now().toString(36)}`;
  await reader.request({ type: 'register', user: name, password: 'correct horse' });
  await writer.request({ type: 'register', user: `${name}w`, password: 'correct horse' });
  await reader.request({ type: 'sync', after: 0 });
  reader.socket.pause();
  for (let number = 0; going; number += 1) {
    const body = { text: 'x'.repeat(10_000) };
    writer.send(JSON.stringify({ type: 'send', id: number, clientId: `${number}`, peer: name, body }));
    await sleep(20);
  }
  for (const { socket } of [reader, writer]) socket.terminate();
}

const attacks: Readonly<Record<string, () => Promise<void>>> = { slowLoris, flood, slowReader };
let under: Promise<void> = Promise.resolve();
process.on('message', (message) => {
  if (message === 'stop') {
    going = false;
    under.then(() => process.send?.({ done: true })).catch(() => process.exit(1));
    return;
  }
  going = true;
  under = (attacks[String(message)] ?? flood)();
  process.send?.({ done: true });
});
process.send?.({ url });
