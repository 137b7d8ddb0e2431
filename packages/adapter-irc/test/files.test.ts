import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ConversationId, MessageView } from '@natter/core';
import { createTestCa, type IssuedCertificate, type TestCa } from '@natter/testing/tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileContent } from '../src/mapping/file-link.ts';
import { IrcHub } from './support/irc-hub.ts';
import { offering, ScriptedServer } from './support/scripted-server.ts';

const { signal } = new AbortController();
const patient = { timeout: 15_000 };

let ca: TestCa;
let certificate: IssuedCertificate;
let host: Server;
let server: ScriptedServer;
let irc: IrcHub;
/** What the file host was sent, by its path. */
const files = new Map<string, Buffer>();
let requests: IncomingMessage[];

/** A file host: takes what is posted, and gives it again. */
async function startHost(status = 201): Promise<string> {
  host = createServer({ cert: certificate.chain, key: certificate.key }, (request, response) => {
    requests.push(request);
    void answer(request, response, status);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  return `https://127.0.0.1:${(host.address() as AddressInfo).port}/upload`;
}

async function answer(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
  const path = request.url ?? '';
  if (request.method === 'GET') {
    const file = files.get(path);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(file === undefined ? 404 : from > 0 ? 206 : 200).end(file?.subarray(from));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  files.set('/files/1/note.txt', Buffer.concat(chunks));
  response.writeHead(status, { location: '/files/1/note.txt' }).end();
}

async function start(url: string): Promise<void> {
  const script = offering(
    'message-tags echo-message batch labeled-response server-time sasl=PLAIN',
    (line, say) => {
      const [, label = '', rest = ''] = /^(?:@\S*label=([^ ;]+)\S* )?(.*)$/.exec(line) ?? [];
      if (line === 'AUTHENTICATE PLAIN') say('AUTHENTICATE +');
      else if (line.startsWith('AUTHENTICATE ')) say(':s 903 me :welcome');
      else if (rest.startsWith('PRIVMSG')) say(`@label=${label};msgid=${label} :me!u@h ${rest}`);
      else return false;
      return true;
    },
  );
  server = await ScriptedServer.start(script, `soju.im/FILEHOST=${url}`, certificate);
  const config = { server: `ircs://127.0.0.1:${server.port}`, ca: ca.certificate };
  irc = await IrcHub.start(server.port, config, { password: 'secret' });
}

beforeEach(async () => {
  ca = await createTestCa();
  certificate = await ca.issue({ hosts: ['127.0.0.1', 'localhost'] });
  requests = [];
  files.clear();
});
afterEach(async () => {
  await irc.close();
  await server.close();
  host.closeAllConnections();
  host.close();
});

async function sendFile(bytes: Uint8Array): Promise<ConversationId> {
  const { methods } = irc.hub.handlers;
  const { blob } = await methods['blob.create']({}, signal);
  const writer = (await irc.blobs.write(blob, 0)).getWriter();
  await writer.write(bytes);
  await writer.close();
  const attachment = {
    kind: 'file',
    name: 'note ".txt',
    mediaType: 'text/plain',
    size: bytes.length,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: null,
    thumbnail: null,
    blob,
  } as const;
  const conversation = (await methods['conversation.start']({ account: irc.account, address: 'bob' }, signal))
    .id;
  const content = { kind: 'attachment', text: 'note ".txt', attachments: [attachment] } as const;
  await methods['message.send']({ key: 'file', to: { conversation }, draft: { content } }, signal);
  return conversation;
}

test('a file goes to the file host of the server, and its address is what is said', async () => {
  const url = await startHost();
  await start(url);
  const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
  await sendFile(bytes);
  await expect.poll(async () => (await irc.last('bob'))?.delivery, patient).toBe('sent');
  expect(
    server.heard.some((line) => line.endsWith(`PRIVMSG bob ${new URL('/files/1/note.txt', url).href}`)),
  ).toBe(true);
  expect(files.get('/files/1/note.txt')?.equals(Buffer.from(bytes))).toBe(true);
  const [post] = requests;
  expect(post?.headers).toMatchObject({
    'content-type': 'text/plain',
    'content-length': '200000',
    'content-disposition': "attachment; filename*=UTF-8''note%20%22.txt",
    authorization: `Basic ${btoa('me:secret')}`,
  });
});

test('a file that somebody else has brought there is a file, and can be fetched', async () => {
  const url = await startHost();
  await start(url);
  files.set('/files/2/cat.png', Buffer.from('not really a cat'));
  const address = new URL('/files/2/cat.png', url).href;
  server.push(`@time=2030-01-01T00:00:00.000Z;msgid=f1 :bob!u@h PRIVMSG me :${address}`);
  await expect.poll(async () => (await irc.last('bob'))?.content.kind, patient).toBe('attachment');
  const row = await irc.last('bob');
  expect(row?.content).toMatchObject({ attachments: [{ name: 'cat.png', mediaType: 'image/png' }] });
  expect(requests).toEqual([]); // nothing is fetched before somebody asks for it
  const { methods } = irc.hub.handlers;
  const { blob } = await methods['attachment.fetch']({ message: row!.id, index: 0 }, signal);
  const fetched = async (): Promise<string> => new Response(await irc.blobs.read(blob, 0)).text();
  await expect.poll(fetched, patient).toBe('not really a cat');
});

test('a host that refuses is told, and nothing is said', async () => {
  await start(await startHost(413));
  const conversation = await sendFile(new Uint8Array(10));
  const row = async (): Promise<MessageView | undefined> =>
    (await irc.hub.handlers.methods['history.page']({ conversation, limit: 1, remote: false }, signal))
      .rows[0];
  await expect.poll(async () => (await row())?.delivery, patient).toBe('failed');
  expect((await row())?.error?.message).toContain('413');
  expect(server.heard.some((line) => line.includes('PRIVMSG'))).toBe(false);
});

test('no password goes to another host or in clear, and other addresses are text', async () => {
  const url = await startHost();
  await start(url.replace('127.0.0.1', 'localhost'));
  await sendFile(new Uint8Array(10));
  await expect.poll(() => requests.length, patient).toBeGreaterThan(0);
  expect(requests[0]?.headers.authorization).toBeUndefined();
  expect(fileContent('https://elsewhere.test/x.png', url)).toBeNull();
  expect(fileContent(`${url} and words`, url)).toBeNull();
  expect(fileContent('http://127.0.0.1/x', url)).toBeNull();
  expect(fileContent(url, null)).toBeNull();
});
