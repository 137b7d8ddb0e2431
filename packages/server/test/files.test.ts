import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteRange } from '../src/files/byte-range.ts';
import { Tickets } from '../src/files/tickets.ts';
import { TestClient } from './support/client.ts';
import { announce, ask, attach, patch, sha256, urlOf } from './support/files.ts';
import { aliceAndBob, startServer, temporaryDirectory } from './support/server.ts';

describe('files', () => {
  it('go up in pieces that go on where the last one broke off, and come down byte for byte', async () => {
    const dataDirectory = temporaryDirectory();
    const server = await startServer({ dataDirectory });
    const { alice, bob } = await aliceAndBob(server);
    const bytes = randomBytes(300_000);
    const access = await announce(alice, bytes);
    expect((await patch(server, access, bytes.subarray(0, 100_000), 0)).headers.get('upload-offset')).toBe(
      '100000',
    );
    await breakOff(urlOf(server, access.path), access.token, bytes.subarray(100_000, 150_000), 100_000);
    // As after a restart of the client: the same name finds how far it got.
    const again = await announce(alice, bytes);
    expect(again.file).toBe(access.file);
    expect(
      await alice.outcome({ type: 'send', clientId: 'early', peer: 'bob', body: attach(access, 1) }),
    ).toBe('not-found');
    // The server may still be storing what came before the break.
    await expect
      .poll(async () => {
        const offset = Number((await ask(server, again, { method: 'HEAD' })).headers.get('upload-offset'));
        expect(offset).toBeGreaterThanOrEqual(100_000);
        return (await patch(server, again, bytes.subarray(offset), offset)).status;
      })
      .toBe(204);
    expect((await announce(alice, bytes)).sha256).toBe(sha256(bytes));

    await alice.request({ type: 'send', clientId: 'm', peer: 'bob', body: attach(access, bytes.length) });
    const got = await bob.request({ type: 'file-get', file: access.file });
    const whole = await ask(server, got);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    // Nothing that a browser would run, whatever the sender says it is.
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
    expect(whole.headers.get('content-disposition')).toBe('attachment');
    expect(whole.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(whole.headers.get('cache-control')).toBe('private, no-store');
    const rest = await ask(server, got, { headers: { range: 'bytes=299990-' } });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 299990-299999/300000']);
    expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(299_990))).toBe(true);
    expect((await ask(server, got, { headers: { range: 'bytes=300000-' } })).status).toBe(416);
    const folder = join(dataDirectory, 'files');
    expect(readdirSync(folder)).toEqual(['1']);
    expect(statSync(join(folder, '1')).mode & 0o777).toBe(0o600);
  });

  it('are for their owner and for who may see a message with them, and for nobody else', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const carol = await TestClient.register(server.url, 'carol');
    const bytes = Buffer.from('secret');
    const access = await announce(alice, bytes);
    const { file, path } = access;
    await patch(server, access, bytes, 0);
    const outcomeOf = (client: TestClient) => client.outcome({ type: 'file-get', file });
    expect([await outcomeOf(alice), await outcomeOf(bob)]).toEqual(['done', 'not-found']);
    // Who may not read it cannot send it either, to make it readable.
    expect(await bob.outcome({ type: 'send', clientId: 's', peer: 'bob', body: attach(access, 6) })).toBe(
      'not-found',
    );

    const { conversation } = await alice.request({
      type: 'group-create',
      clientId: 'g',
      title: 'G',
      invite: ['bob'],
    });
    await alice.request({ type: 'send', clientId: '1', conversation, body: attach(access, 6) });
    expect(await outcomeOf(bob)).toBe('not-found');
    await bob.request({ type: 'group-accept', conversation });
    // It was sent before he came.
    expect(await outcomeOf(bob)).toBe('not-found');
    const { seq } = await alice.request({
      type: 'send',
      clientId: '2',
      conversation,
      body: attach(access, 6),
    });
    const bobs = await bob.request({ type: 'file-get', file });
    expect((await ask(server, bobs)).status).toBe(200);
    expect((await patch(server, bobs, bytes, 0)).status).toBe(403);
    expect(await outcomeOf(carol)).toBe('not-found');

    const other = await announce(alice, bytes, 'other');
    for (const token of ['', 'x', `${bobs.token}x`, other.token, bobs.token.replace(/^\d+/u, '1')])
      expect((await ask(server, { path, token })).status).toBe(401);
    // A ticket is no longer good when the membership has ended, or the message is taken back.
    await alice.request({ type: 'group-kick', conversation, address: 'bob' });
    expect((await ask(server, bobs)).status).toBe(404);
    await alice.request({ type: 'send', clientId: '3', peer: 'bob', body: attach(access, 6) });
    expect((await ask(server, bobs)).status).toBe(200);
    await alice.request({ type: 'retract', conversation, seq });
    const direct = (await bob.request({ type: 'conversation-open', peer: 'alice' })).conversation;
    await alice.request({ type: 'retract', conversation: direct, seq: 1 });
    expect((await ask(server, bobs)).status).toBe(404);
    await server.administration.suspend('alice', 'rest');
    expect((await ask(server, access)).status).toBe(404);
  });

  it('speak one version of tus, and say which', async () => {
    const server = await startServer();
    const { alice } = await aliceAndBob(server);
    const access = await alice.request({
      type: 'file-create',
      clientId: 'f',
      name: 'f',
      mediaType: 'text/plain',
      size: 1,
    });
    const url = `${server.url.replace('ws:', 'http:')}${access.path}`;
    const old = await fetch(url, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${access.token}`, 'tus-resumable': '0.2.2' },
    });
    expect([old.status, old.headers.get('tus-version')]).toEqual([412, '1.0.0']);
    const options = await fetch(url, { method: 'OPTIONS' });
    expect(options.headers.get('tus-version')).toBe('1.0.0');
    expect(Number(options.headers.get('tus-max-size'))).toBeGreaterThan(0);
  });

  it('past a limit or the quota are refused, and nothing of them stays', async () => {
    const dataDirectory = temporaryDirectory();
    const server = await startServer({ dataDirectory, fileQuota: 1500, limits: { fileBytes: 1000 } });
    const { alice } = await aliceAndBob(server);
    const of = (size: number): Uint8Array => new Uint8Array(size);
    expect(
      await alice.outcome({ type: 'file-create', clientId: 'a', name: 'x', mediaType: 'x', size: 1001 }),
    ).toBe('too-large');
    const access = await announce(alice, of(1000));
    expect(
      await alice.outcome({ type: 'file-create', clientId: 'b', name: 'x', mediaType: 'x', size: 501 }),
    ).toBe('full');
    expect(
      await alice.outcome({ type: 'file-create', clientId: 'file', name: 'x', mediaType: 'x', size: 5 }),
    ).toBe('conflict');
    const long = await patch(server, access, of(1001), 0);
    expect(long.status).toBe(413);
    const { offset } = await announce(alice, of(1000));
    expect(offset).toBeLessThanOrEqual(1000);
    expect((await patch(server, access, of(10), offset + 1)).status).toBe(409);
    expect((await patch(server, access, of(1000 - offset), offset)).status).toBe(204);
    expect((await patch(server, access, of(1), 1000)).status).toBe(409);
    expect((await ask(server, access, { method: 'PATCH', body: 'x' })).status).toBe(415);
    expect((await ask(server, access, { method: 'DELETE' })).status).toBe(405);
    expect((await announce(alice, of(0), 'empty')).sha256).toBe(sha256(of(0)));
  });

  it('that no message points to are thrown away after a day', async () => {
    const dataDirectory = temporaryDirectory();
    const bytes = Buffer.from('kept');
    const first = await startServer({ dataDirectory });
    const { alice } = await aliceAndBob(first);
    const kept = await announce(alice, bytes, 'kept');
    await patch(first, kept, bytes, 0);
    await alice.request({ type: 'send', clientId: 'm', peer: 'bob', body: attach(kept, 4) });
    const orphan = await announce(alice, bytes, 'orphan');
    await patch(first, orphan, bytes, 0);
    await first.close();
    const day = 24 * 3_600_000;
    for (const [later, left] of [
      [day - 60_000, ['1', '2']],
      [day + 60_000, ['1']],
    ] as const) {
      const server = await startServer({ dataDirectory, clock: () => Date.now() + later });
      await server.close();
      expect(readdirSync(join(dataDirectory, 'files')).sort()).toEqual(left);
    }
    expect(existsSync(join(dataDirectory, 'files', '2'))).toBe(false);
  });
});

it('a ticket outlives a restart of the server, and a download goes on with it', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await startServer({ dataDirectory });
  const alice = await TestClient.register(first.url, 'alice');
  const bytes = randomBytes(5000);
  const access = await announce(alice, bytes);
  await patch(first, access, bytes, 0);
  await first.close();
  const second = await startServer({ dataDirectory });
  const answer = await ask(second, access, { headers: { range: 'bytes=2000-' } });
  expect(answer.status).toBe(206);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(2000))).toBe(true);
});

it('a ticket is good for its file until its time, and any change makes it worthless', () => {
  const tickets = new Tickets(randomBytes(32));
  const text = tickets.issue({ account: 1, file: 2, until: 100 });
  expect(tickets.read(text, 2, 99)).toEqual({ account: 1, file: 2, until: 100 });
  expect([
    tickets.read(text, 3, 99),
    tickets.read(text, 2, 100),
    new Tickets(randomBytes(32)).read(text, 2, 99),
  ]).toEqual([null, null, null]);
  fc.assert(
    fc.property(fc.string(), fc.nat(text.length), (junk, at) => {
      const changed = text.slice(0, at) + junk + text.slice(at + junk.length);
      expect(tickets.read(changed, 2, 99) === null).toBe(changed !== text);
    }),
  );
});

it('a range lies inside the file, whatever is asked for', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,4}-\d{0,4}$/u)),
      (size, header) => {
        const range = byteRange(header, size);
        if (range === null) return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThanOrEqual(size);
        expect(range.partial ? range.start < range.end : range.start <= range.end).toBe(true);
      },
    ),
  );
});

/** Announces more bytes than it sends, and breaks the connection. */
function breakOff(url: string, token: string, bytes: Uint8Array, offset: number): Promise<void> {
  return new Promise((resolve) => {
    const request = httpRequest(url, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes.length * 2,
        'upload-offset': offset,
      },
    });
    request.on('error', () => undefined);
    request.on('close', () => resolve());
    request.write(bytes, () => setTimeout(() => request.destroy(), 20));
  });
}
