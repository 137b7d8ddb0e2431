import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeServer, startErgo, startNgircd } from '../servers/index.ts';
import type { ErgoServer, NgircdServer } from '../servers/index.ts';

/** Registers with a bare socket and gives all that the server said up to a pattern. */
async function register(port: number, first: string, until: RegExp): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.setEncoding('utf8');
  socket.write(`${first}NICK tester\r\nUSER tester 0 * :Tester\r\n`);
  let heard = '';
  try {
    for await (const chunk of socket) {
      heard += String(chunk);
      const ping = /^PING :?(\S+)/m.exec(heard);
      if (ping !== null) socket.write(`PONG ${ping[1]}\r\n`);
      if (until.test(heard)) return heard;
    }
  } finally {
    socket.destroy();
  }
  throw new Error(`closed after: ${heard}`);
}

describeServer('an ngircd of our own', 'ngircd', () => {
  let server: NgircdServer;
  beforeAll(async () => {
    server = await startNgircd();
  });
  afterAll(() => server?.stop());

  test('welcomes a client on a free loopback port', async () => {
    expect(await register(server.port, '', / (376|422) /)).toMatch(/ 001 tester /);
  });
});

describeServer('an Ergo of our own', 'ergo', () => {
  let server: ErgoServer;
  beforeAll(async () => {
    server = await startErgo();
  });
  afterAll(() => server?.stop());

  test('offers what IRCv3 has', async () => {
    const heard = await register(server.port, 'CAP LS 302\r\n', /CAP \* LS :/);
    for (const name of [
      'sasl=',
      'labeled-response',
      'draft/chathistory',
      'draft/message-redaction',
      'draft/multiline',
    ])
      expect(heard).toContain(name);
  });
});
