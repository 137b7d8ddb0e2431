import type { FileAccess } from '@natter/native-protocol';
import { describe, expect, it } from 'vitest';
import type { NatterServer } from '../src/server.ts';
import { TestClient } from './support/client.ts';
import { announce, ask, patch } from './support/files.ts';
import { aliceAndBob, befriend, startServer, temporaryDirectory } from './support/server.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function bring(server: NatterServer, client: TestClient, bytes: Uint8Array): Promise<FileAccess> {
  const file = await announce(client, bytes, `file ${bytes.length}`);
  await patch(server, file, bytes, 0);
  return file;
}

describe('the picture of an account', () => {
  it('is told to who may see its presence, who can get it, and to nobody else', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const [carol, dave] = [
      await TestClient.register(server.url, 'carol'),
      await TestClient.register(server.url, 'dave'),
    ];
    await befriend(alice, bob);
    await alice.request({ type: 'contact-request', address: carol.address });
    await carol.request({ type: 'contact-request', address: dave.address });
    await Promise.all([bob.sync(), carol.sync()]);
    const { version } = await bob.request({ type: 'roster' });
    const { file } = await bring(server, alice, png);
    await alice.request({ type: 'profile-set', picture: file });
    expect(await bob.update('roster', ({ contact }) => contact?.picture !== undefined)).toMatchObject({
      contact: { address: 'alice@localhost', picture: file },
    });
    expect(await bob.request({ type: 'roster', version })).toMatchObject({
      full: false,
      contacts: [{ picture: file }],
    });
    const got = await ask(server, await bob.request({ type: 'file-get', file }));
    expect(Buffer.from(await got.arrayBuffer())).toEqual(png);
    // Carol was asked and has not answered.
    const [asked] = (await carol.request({ type: 'roster' })).contacts.filter(
      ({ address }) => address === alice.address,
    );
    expect(asked?.picture).toBeUndefined();
    for (const stranger of [carol, dave])
      expect(await stranger.refusal({ type: 'file-get', file })).toMatchObject({ code: 'not-found' });
    await carol.request({ type: 'contact-accept', address: alice.address });
    expect((await carol.request({ type: 'roster' })).contacts).toContainEqual(
      expect.objectContaining({ address: alice.address, picture: file }),
    );

    await alice.request({ type: 'contact-block', address: carol.address });
    expect(await carol.refusal({ type: 'file-get', file })).toMatchObject({ code: 'not-found' });
    await alice.request({ type: 'profile-set', picture: '' });
    await bob.update('roster', ({ contact }) => contact?.name === 'alice' && contact.picture === undefined);
    expect(await bob.refusal({ type: 'file-get', file })).toMatchObject({ code: 'not-found' });
  });

  it('is an own image that is all there, and not too large', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const text = await bring(server, alice, Buffer.from('<svg onload="alert(1)"/>'));
    const large = await bring(server, alice, Buffer.concat([png, Buffer.alloc(3 * 1024 * 1024)]));
    const half = await announce(alice, png, 'half');
    const bobs = await bring(server, bob, png);
    for (const [picture, code] of [
      [text.file, 'invalid'],
      [large.file, 'too-large'],
      [half.file, 'not-found'],
      [bobs.file, 'not-found'],
      ['nonsense', 'not-found'],
    ] as const)
      expect([picture, await alice.outcome({ type: 'profile-set', picture })]).toEqual([picture, code]);
  });

  it('is not changed all the time, as everybody is told', async () => {
    const server = await startServer();
    const { alice } = await aliceAndBob(server);
    const outcomes: string[] = [];
    for (let count = 0; count < 12; count += 1)
      outcomes.push(await alice.outcome({ type: 'profile-set', picture: '' }));
    expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'done'), 'too-fast', 'too-fast']);
  });

  it('is kept from the clean-up of files as long as it is shown', async () => {
    const dataDirectory = temporaryDirectory();
    const first = await startServer({ dataDirectory });
    const alice = await TestClient.register(first.url, 'alice');
    const { file: picture } = await bring(first, alice, png);
    await alice.request({ type: 'profile-set', picture });
    await first.close();
    const later = { dataDirectory, clock: () => Date.now() + 48 * 3_600_000 };
    const second = await startServer(later);
    const again = await TestClient.signIn(second.url, 'alice');
    expect((await again.request({ type: 'file-get', file: picture })).size).toBe(png.length);
    await again.request({ type: 'profile-set', picture: '' });
    await second.close();
    const third = await startServer(later);
    const last = await TestClient.signIn(third.url, 'alice');
    expect(await last.outcome({ type: 'file-get', file: picture })).toBe('not-found');
  });
});
