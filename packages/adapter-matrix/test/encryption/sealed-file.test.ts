import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { Attachment, EncryptedAttachment, initAsync } from '@matrix-org/matrix-sdk-crypto-wasm';
import { openFile, sealFile } from '../../src/features/encryption/sealed-file.ts';
import { nodePlatform } from '../../src/wire/node/platform.ts';
import { parseJson } from '../../src/wire/json.ts';

const { startDigest } = nodePlatform;

/** Pieces of any length, as the network and disks give them. */
async function* torn(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + randomInt(1, 5000));
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(Buffer.concat(parts));
}

test.each([0, 1, 15, 16, 17, 4096, 100_003])(
  'a file of %i bytes is what the crypto module makes of it, both ways',
  async (size) => {
    await initAsync();
    const file = new Uint8Array(randomBytes(size));
    const ours = await sealFile(torn(file), startDigest);
    const sealed = await joined(ours.bytes);
    expect(sealed.length).toBe(size);
    expect(Attachment.decrypt(new EncryptedAttachment(sealed, JSON.stringify(await ours.opens())))).toEqual(
      file,
    );

    const theirs = Attachment.encrypt(file);
    const opening = await openFile(parseJson(theirs.mediaEncryptionInfo ?? '', 10), startDigest);
    const parts: Uint8Array[] = [];
    for await (const piece of torn(theirs.encryptedData)) parts.push(await opening.open(piece));
    await opening.verify();
    expect(new Uint8Array(Buffer.concat(parts))).toEqual(file);
  },
);

test('one that was broken off goes on in the middle, and is still vouched for as a whole', async () => {
  const file = new Uint8Array(randomBytes(50_001));
  const made = await sealFile(torn(file), startDigest);
  const sealed = await joined(made.bytes);
  const opens = await made.opens();
  const opening = await openFile(opens, startDigest);
  for await (const piece of torn(file.subarray(0, 20_007))) await opening.again(piece);
  expect(await opening.open(sealed.subarray(20_007))).toEqual(file.subarray(20_007));
  await opening.verify();

  // What is there is not what came.
  const other = await openFile(opens, startDigest);
  await other.again(new Uint8Array(20_007));
  await other.open(sealed.subarray(20_007));
  await expect(other.verify()).rejects.toMatchObject({ data: { code: 'protocol' } });
});

test('one that was tampered with, or that another key is said to open, is refused', async () => {
  const made = await sealFile(torn(new Uint8Array(randomBytes(1000))), startDigest);
  const sealed = await joined(made.bytes);
  const opens = await made.opens();
  const opening = await openFile(opens, startDigest);
  await opening.open(sealed.with(500, (sealed[500] ?? 0) ^ 1));
  await expect(opening.verify()).rejects.toMatchObject({ data: { code: 'protocol' } });
  for (const wrong of [
    { ...opens, iv: 'AAAA' },
    { ...opens, key: { k: 'short' } },
    { ...opens, hashes: {} },
    { ...opens, key: { k: 'x'.repeat(10_000_000) } },
  ])
    await expect(openFile(wrong, startDigest)).rejects.toMatchObject({ data: { code: 'protocol' } });
});

test('nothing but a piece of a large file is in memory', async () => {
  const piece = new Uint8Array(randomBytes(65_536));
  let most = 0;
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 4000; count += 1) yield piece; // 262 MB
  }
  const before = process.memoryUsage().rss;
  const { bytes } = await sealFile(large(), startDigest);
  let size = 0;
  for await (const sealed of bytes) {
    size += sealed.length;
    if (size % (65_536 * 100) === 0) most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(size).toBe(4000 * 65_536);
  expect(most).toBeLessThan(130 * 1024 * 1024);
});
