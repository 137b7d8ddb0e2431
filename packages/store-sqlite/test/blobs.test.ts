import { symlink, writeFile } from 'node:fs/promises';
import { memoryBlobs, type BlobId, type BlobStore } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { openFileBlobs } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const blob = 'b1' as BlobId;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function write(
  blobs: BlobStore,
  id: BlobId,
  offset: number,
  ...chunks: readonly string[]
): Promise<void> {
  const writer = (await blobs.write(id, offset)).getWriter();
  for (const chunk of chunks) await writer.write(bytes(chunk));
  await writer.close();
}

async function read(blobs: BlobStore, id: BlobId, offset = 0): Promise<string> {
  return new Response(await blobs.read(id, offset)).text();
}

function describeBlobs(name: string, open: () => Promise<BlobStore>): void {
  describe(name, () => {
    it('writes, reads from anywhere, goes on from an offset and forgets', async () => {
      const blobs = await open();
      expect(await blobs.size(blob)).toBeNull();
      await write(blobs, blob, 0, 'hello ', 'world');
      expect([
        await blobs.size(blob),
        await read(blobs, blob),
        await read(blobs, blob, 6),
        await read(blobs, blob, 99),
      ]).toEqual([11, 'hello world', 'world', '']);
      await write(blobs, blob, 6, 'all');
      expect(await read(blobs, blob)).toBe('hello all');
      await blobs.remove(blob);
      await blobs.remove(blob);
      expect(await blobs.size(blob)).toBeNull();
      await expect(blobs.read(blob, 0)).rejects.toMatchObject({ data: { code: 'not-found' } });
    });

    it('keeps what came before an abort, and refuses to leave a hole', async () => {
      const blobs = await open();
      const writer = (await blobs.write(blob, 0)).getWriter();
      await writer.write(bytes('half'));
      await writer.abort();
      expect(await read(blobs, blob)).toBe('half');
      await expect(blobs.write(blob, 5)).rejects.toMatchObject({ data: { code: 'invalid' } });
      await write(blobs, blob, 4, ' and half');
      expect(await read(blobs, blob)).toBe('half and half');
      const reader = (await blobs.read(blob, 0)).getReader();
      await reader.read();
      await reader.cancel();
    });

    it('carries a file of many chunks', async () => {
      const blobs = await open();
      const text = 'x'.repeat(70_000);
      await write(blobs, blob, 0, text, text, text);
      expect((await read(blobs, blob)).length).toBe(210_000);
    });
  });
}

describeBlobs('memory blobs', () => Promise.resolve(memoryBlobs()));
describeBlobs('file blobs', async () =>
  openFileBlobs({ directory: `${(await temporaryFolder()).path}/blobs` }),
);

describe('file blobs', () => {
  it('never leave their folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(`${folder.path}/outside`, 'outside');
    const blobs = await openFileBlobs({ directory: `${folder.path}/blobs` });
    for (const id of [
      '../outside',
      '/etc/passwd',
      '.',
      '..',
      '',
      'a/b',
      'a\0b',
      'x'.repeat(200),
    ] as BlobId[]) {
      await expect(blobs.read(id, 0)).rejects.toMatchObject({ data: { code: 'invalid' } });
      await expect(blobs.write(id, 0)).rejects.toMatchObject({ data: { code: 'invalid' } });
      await expect(blobs.remove(id)).rejects.toMatchObject({ data: { code: 'invalid' } });
    }
    await symlink('../outside', `${folder.path}/blobs/link`);
    await expect(blobs.write('link' as BlobId, 0)).rejects.toMatchObject({ data: { code: 'storage' } });
    await expect(blobs.read('link' as BlobId, 0)).rejects.toMatchObject({ data: { code: 'storage' } });
    await folder.remove();
  });
});
