import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { describeServer, startProsody } from '../servers/index.ts';
import type { ProsodyServer } from '../servers/index.ts';

const OPEN = (domain: string): string =>
  `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

/** Writes one text and reads until the pattern was seen. */
async function say(socket: Socket, text: string, until: RegExp): Promise<string> {
  socket.setEncoding('utf8');
  let heard = '';
  const seen = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: string) => {
      heard += chunk;
      if (until.test(heard)) resolve();
    });
    socket.once('close', () => reject(new Error(`closed after: ${heard}`)));
  });
  socket.write(text);
  await seen;
  socket.removeAllListeners('data');
  socket.removeAllListeners('close');
  return heard;
}

async function secure(server: ProsodyServer): Promise<Socket> {
  const socket = connectTls({
    port: server.tlsPort,
    host: server.host,
    servername: server.domain,
    ca: server.ca.certificate,
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

async function signIn(server: ProsodyServer, user: string, password: string): Promise<string> {
  const socket = await secure(server);
  try {
    await say(socket, OPEN(server.domain), /<\/stream:features>/);
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`;
    return await say(socket, auth, /<success|<\/failure>/);
  } finally {
    socket.destroy();
  }
}

describeServer('a Prosody of our own', 'prosody', () => {
  let server: ProsodyServer;

  beforeAll(async () => {
    server = await startProsody({
      hosts: ['localhost', 'second.test'],
      users: [
        { name: 'romeo', password: 'pässword "1"' },
        { name: 'juliet.c', password: 'two', host: 'second.test' },
      ],
      registration: true,
      files: true,
      archive: 'sqlite',
    });
  });
  afterAll(() => server?.stop());

  test('speaks plain text only to offer STARTTLS', async () => {
    const socket = connectTcp({ port: server.port, host: server.host });
    socket.on('error', () => {});
    const features = await say(socket, OPEN('localhost'), /<\/stream:features>/);
    socket.destroy();
    expect(features).toContain('<required/>');
    expect(features).not.toContain('<mechanism>');
  });

  test('signs users in over direct TLS, and a user added later', async () => {
    expect(await signIn(server, 'romeo', 'pässword "1"')).toContain('<success');
    expect(await signIn(server, 'romeo', 'wrong')).toContain('not-authorized');
    expect(server.addUser({ name: 'nurse', password: 'late' })).toBe('nurse@localhost');
    expect(await signIn(server, 'nurse', 'late')).toContain('<success');
  });

  test('offers what was asked for', async () => {
    const socket = await secure(server);
    const features = await say(socket, OPEN('localhost'), /<\/stream:features>/);
    socket.destroy();
    expect(features).toContain('SCRAM-SHA-1');
    expect(features).toContain('http://jabber.org/features/iq-register');
    expect(server.log()).not.toMatch(/\serror\t|Traceback/);
  });

  test('keeps its data over a crash and a restart', async () => {
    await server.kill();
    await server.restart();
    expect(await signIn(server, 'romeo', 'pässword "1"')).toContain('<success');
  });

  test('runs beside another, and leaves neither process nor folder when stopped', async () => {
    const ca = await createTestCa();
    const other = await startProsody({
      ca,
      passwordHash: 'SHA-256',
      certificate: await ca.issueFaulty('expired', ['localhost']),
    });
    expect(other.port).not.toBe(server.port);
    await expect(secure(other)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    const folder = /\/\S*natter-prosody-\w+/.exec(other.log())?.[0] ?? '';
    expect(existsSync(folder)).toBe(true);
    await other.stop();
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(`/proc/${other.pid}`)).toBe(false);
  });
});
