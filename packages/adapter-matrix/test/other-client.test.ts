import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConversationId } from '@natter/core';
import { describeServer, startSynapse, type SynapseServer } from '@natter/e2e';
import { Dialog } from './support/encrypted-pair.ts';
import { eventually, Home } from './support/home.ts';
import { NioPeer } from './support/nio-peer.ts';

const { signal } = new AbortController();

describeServer('encryption with another client', 'synapse', () => {
  describeServer('which is matrix-nio', 'matrix-nio', besideNio);
});

function besideNio(): void {
  let server: SynapseServer;
  let folder: string;
  let home: Home;
  let peer: NioPeer;

  beforeAll(async () => {
    server = await startSynapse();
    folder = mkdtempSync(join(tmpdir(), 'natter-keys-'));
  }, 120_000);
  afterAll(async () => {
    peer?.stop();
    await home?.close();
    rmSync(folder, { recursive: true, force: true });
    await server?.stop();
  });

  const direct = (): ConversationId | undefined =>
    [...home.hub.profile.conversations.entries()].find(
      ([, row]) => row.kind === 'direct' && row.key !== null,
    )?.[0];
  const room = (): string => home.hub.profile.conversations.get(direct()!)?.key ?? '';
  const last = async () => (await home.rows(direct())).at(-1);

  test('texts, files and a verification go both ways', async () => {
    const [address, other] = [
      await server.addUser({ name: 'alice', password: 'secret' }),
      await server.addUser({ name: 'nio', password: 'secret' }),
    ];
    peer = await NioPeer.start(server.url, other, 'secret');
    home = await Home.open(server, { address, keyFolder: folder });
    await home.phase('online');
    const { methods } = home.hub.handlers;
    const change = { action: 'add', address: `@nio:${server.serverName}` } as const;
    await methods['roster.change']({ key: 'a', account: home.account, change }, signal);
    await eventually(() => [...home.hub.profile.contacts.entries()][0]?.[1].subscription.to).toBe('granted');
    const to = { conversation: direct()! };
    await methods['message.send'](
      { key: 't', to, draft: { content: { kind: 'text', text: 'hello nio' } } },
      signal,
    );
    expect(await peer.tells('text')).toMatchObject({ body: 'hello nio', encrypted: true, room: room() });
    peer.do('say', { room: room(), body: 'hello natter' });
    await eventually(async () => (await last())?.content.text).toBe('hello natter');
    expect((await last())?.trust).toBe('e2ee');

    const blob = await home.store(new TextEncoder().encode('from natter'));
    const unknown = {
      width: null,
      height: null,
      duration: null,
      hash: null,
      remote: null,
      thumbnail: null,
    };
    const type = { kind: 'file', mediaType: 'text/plain' } as const;
    const attachment = { ...unknown, ...type, name: 'a.txt', size: 11, blob };
    const content = { kind: 'attachment', text: 'a.txt', attachments: [attachment] } as const;
    await methods['message.send']({ key: 'f', to, draft: { content } }, signal);
    expect(await peer.tells('file')).toMatchObject({ name: 'a.txt', bytes: 'from natter' });
    peer.do('give', { room: room(), name: 'b.txt', bytes: 'from nio' });
    await eventually(
      async () => (await last())?.content.kind === 'attachment' && !(await last())?.sender.self,
    ).toBe(true);
    const transfer = await methods['attachment.fetch']({ message: (await last())!.id, index: 0 }, signal);
    await eventually(() => home.bytes(transfer.blob)).toBe('from nio');

    // It begins the comparison at once, without a request, as clients did before there were requests.
    peer.do('verify', { user: `@alice:${server.serverName}` });
    const dialog = await Dialog.asked(home);
    await dialog.answer('accept');
    const shown = await dialog.until('emoji');
    const { symbols } = await peer.tells('emoji');
    const seen = shown.kind === 'show' ? (shown.data['emoji'] as { symbol: string }[]) : [];
    expect(seen.map(({ symbol }) => symbol)).toEqual(symbols);
    peer.do('match');
    await dialog.answer('match');
    await peer.tells('verified');
    await dialog.until('done');
    peer.do('say', { room: room(), body: 'verified now' });
    await eventually(async () => (await last())?.content.text).toBe('verified now');
    expect((await last())?.trust).toBe('e2ee-verified');
  }, 120_000);
}
