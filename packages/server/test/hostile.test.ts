import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeResult } from '@natter/native-protocol';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TestClient, messagesOf } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('a hostile client', () => {
  it.each([
    ['text that is no JSON', 'hello', 'malformed'],
    ['an array', '[]', 'malformed'],
    ['a duplicate key', '{"type":"ping","type":"ping","id":1}', 'malformed'],
    ['__proto__', '{"type":"ping","id":1,"__proto__":{}}', 'malformed'],
    ['half a surrogate pair', String.raw`{"type":"ping","id":1,"x":"\ud800"}`, 'malformed'],
    ['too many levels', `{"type":"ping","id":1,"x":${'['.repeat(50)}${']'.repeat(50)}}`, 'too-deep'],
    ['a frame past the limit', `{"type":"ping","id":1,"x":"${'x'.repeat(300_000)}"}`, 'too-large'],
    ['an unknown type', '{"type":"fly","id":1}', 'unknown-type'],
    ['a wrong seq', '{"type":"retract","id":1,"conversation":"c1","seq":-1}', 'invalid'],
  ])('gets a typed error for %s, and is served on', async (_name, text, code) => {
    const server = await startServer();
    const client = await TestClient.register(server.url, 'alice');
    client.sendText(text);
    expect(
      await client.until(() => client.frames.find((frame) => frame.type === 'error') ?? client.frames[0]),
    ).toMatchObject({ type: 'error', error: { code } });
    expect(await client.request({ type: 'ping' })).toEqual({ done: true });
  });

  it('is closed when it goes on, and with a frame that is beyond reason', async () => {
    const server = await startServer();
    const stubborn = await TestClient.register(server.url, 'alice');
    for (let index = 0; index < 20; index += 1) stubborn.sendText('{');
    expect((await stubborn.push('closing')).error.code).toBe('malformed');
    expect(await stubborn.closed).toBe(1008);
    const huge = await TestClient.register(server.url, 'bob');
    huge.sendText('x'.repeat(1_000_000));
    expect(await huge.closed).toBe(1009);
    const binary = await TestClient.connect(server.url);
    binary.socket.send(Buffer.from('{"type":"ping","id":1}'));
    expect(await binary.until(() => binary.frames[0])).toMatchObject({
      type: 'error',
      error: { code: 'malformed' },
    });
    const other = await TestClient.connect(server.url);
    expect(await other.request({ type: 'ping' })).toEqual({ done: true });
  });

  it('without a sign-in may not send much, and not for long', async () => {
    const server = await startServer({ visitors: { timeout: 20_000, frames: 5, frameBytes: 1000 } });
    const flood = await TestClient.connect(server.url);
    for (let index = 0; index < 50; index += 1) flood.send({ type: 'ping', id: 1000 + index });
    expect((await flood.push('closing')).error.code).toBe('too-fast');
    expect(flood.frames.filter(({ type }) => type === 'reply').length).toBeLessThanOrEqual(5);
    const large = await TestClient.connect(server.url);
    large.send({ type: 'hello', id: 1, client: { name: 'x'.repeat(2000), version: '' } });
    expect(await large.until(() => large.frames[0])).toMatchObject({ error: { code: 'too-large' } });
    await flood.closed;
    const hasty = await startServer({ visitors: { timeout: 300 } });
    const member = await TestClient.register(hasty.url, 'alice');
    const idle = await TestClient.connect(hasty.url);
    expect((await idle.push('closing')).error.code).toBe('not-signed-in');
    await idle.closed;
    expect(await member.request({ type: 'ping' })).toEqual({ done: true });
  });

  it('without a sign-in may not hold many connections, and others get in', async () => {
    const server = await startServer({ visitors: { perAddress: 3 } });
    const member = await TestClient.register(server.url, 'alice');
    const visitors = await Promise.all([
      TestClient.connect(server.url),
      TestClient.connect(server.url),
      TestClient.connect(server.url),
    ]);
    await expect(TestClient.connect(server.url)).rejects.toThrow('503');
    expect(await member.request({ type: 'ping' })).toEqual({ done: true });
    await visitors[0]?.close();
    await sleep(20);
    await (await TestClient.connect(server.url)).request({ type: 'ping' });
  });

  it('that trickles its handshake is cut, and one without the subprotocol is refused', async () => {
    const server = await startServer({ visitors: { timeout: 500 } });
    await expect(TestClient.connect(server.url)).resolves.toBeDefined();
    const plain = new WebSocket(server.url);
    await expect(new Promise((_resolve, reject) => plain.once('error', reject))).rejects.toThrow('400');
    const response = await fetch(server.url.replace('ws:', 'http:'));
    expect(response.status).toBe(426);
    expect(await response.text()).toContain('natter.1');
    const raw = connect(server.port, '127.0.0.1').resume();
    // It is cut while it writes.
    raw.on('error', () => {});
    raw.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const trickle = setInterval(() => raw.write('x'), 50);
    await new Promise((resolve) => raw.once('close', resolve));
    clearInterval(trickle);
  });

  it.each([
    [
      'an extension called like a property of every object (CVE-2016-10542)',
      ['Sec-WebSocket-Extensions: constructor'],
    ],
    [
      'compression, which is never agreed to (class 11)',
      ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'],
    ],
    ['parameters without end (CVE-2020-7662)', [`Sec-WebSocket-Extensions: a;b="${'\\c'.repeat(4000)}`]],
    ['a subprotocol among spaces (CVE-2021-32640)', [`Sec-WebSocket-Protocol: natter.1${' '.repeat(8000)}x`]],
    ['many headers (CVE-2024-37890)', Array.from({ length: 2000 }, (_, index) => `X${index}: 1`)],
    ['no key', ['Sec-WebSocket-Key:']],
    ['another version', ['Sec-WebSocket-Version: 99']],
  ])('whose handshake has %s harms nobody', async (_name, headers) => {
    const server = await startServer();
    const usual = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    const more = [
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: natter.1',
    ];
    const names = new Set(headers.map((header) => header.split(':')[0]));
    const lines = [...usual, ...more.filter((header) => !names.has(header.split(':')[0])), ...headers];
    const raw = connect(server.port, '127.0.0.1');
    // It may be cut while it writes.
    raw.on('error', () => {});
    raw.write(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    const answer = await new Promise<string>((resolve) => {
      raw.once('data', (data) => resolve(data.toString('latin1')));
      raw.once('close', () => resolve(''));
    });
    expect(answer).toMatch(/^(?:HTTP\/1\.1 (?:101|4\d\d) |$)/);
    expect(answer).not.toMatch(/sec-websocket-extensions/i);
    raw.destroy();
    expect(await (await TestClient.connect(server.url)).request({ type: 'ping' })).toEqual({ done: true });
  });

  it('that does not answer pings is cut', async () => {
    const server = await startServer({ heartbeat: 100, presenceGrace: 50 });
    const dead = await TestClient.register(server.url, 'alice');
    // Stops reading, so that pings are never seen: as behind a cable that was pulled.
    dead.socket.pause();
    const alive = await TestClient.register(server.url, 'bob');
    await sleep(500);
    expect((await alive.request({ type: 'ping' })).done).toBe(true);
    dead.socket.resume();
    expect(await dead.closed).toBe(1006);
  });

  it('that reads slowly loses pushes and no message, and delays nobody', async () => {
    const server = await startServer({ readerBacklog: 128 * 1024 });
    const { alice, bob } = await aliceAndBob(server);
    const bobsPhone = await TestClient.signIn(server.url, 'bob');
    const cursor = (await bob.sync()).at(-1)?.position ?? 0;
    await bobsPhone.sync();
    bob.socket.pause();
    const text = 'x'.repeat(10_000);
    const count = 1600;
    for (let batch = 0; batch < count; batch += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          alice.request({ type: 'send', clientId: `${batch + index}`, peer: 'bob', body: { text } }),
        ),
      );
    }
    // The other device got everything live.
    await bobsPhone.until(() => messagesOf(bobsPhone.pushed()).length === count);
    bob.socket.resume();
    await bob.push('lagging');
    const live = bob.pushed();
    expect(live.length).toBeLessThan(count);
    const last = live.at(-1)?.position ?? cursor;
    const rest = await bob.sync(last);
    const seqs = messagesOf([...live, ...rest]).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    await alice.request({ type: 'send', clientId: 'live', peer: 'bob', body: { text: 'live again' } });
    await bob.update('message', ({ body }) => body?.text === 'live again');
  });

  it('that asks and does not read is not read from either: memory stays flat', async () => {
    const server = await startServer({ readerBacklog: 128 * 1024 });
    const { alice, bob } = await aliceAndBob(server);
    const text = 'x'.repeat(20_000);
    let conversation = '';
    for (let index = 0; index < 20; index += 1)
      ({ conversation } = await alice.request({
        type: 'send',
        clientId: `${index}`,
        peer: 'bob',
        body: { text },
      }));
    bob.socket.pause();
    const before = process.memoryUsage().rss;
    for (let index = 0; index < 2000; index += 1)
      bob.send({ type: 'history', id: 100_000 + index, conversation });
    await sleep(500);
    // All answers together would be 800 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
    expect(await alice.request({ type: 'ping' })).toEqual({ done: true });
    bob.socket.terminate();
  });

  it('that pipelines everything from the first moment is answered in order', async () => {
    const server = await startServer();
    await TestClient.register(server.url, 'bob');
    const client = await TestClient.connect(server.url);
    client.send({ type: 'hello', id: 901 });
    client.send({ type: 'register', id: 902, user: 'alice', password: 'correct horse' });
    for (let index = 0; index < 600; index += 1)
      client.send({
        type: 'send',
        id: 1000 + index,
        clientId: `${index}`,
        peer: 'bob',
        body: { text: `${index}` },
      });
    await client.until(() => client.frames.length >= 602);
    const answers = client.frames.filter((frame) => frame.type === 'reply');
    expect(answers).toHaveLength(602);
    answers.slice(2).forEach(({ id, result }) => {
      expect(decodeResult('send', result)).toMatchObject({ ok: true, frame: { seq: id - 999 } });
    });
  });
});
