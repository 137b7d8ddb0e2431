import { memoryBlobs } from '@natter/core';
import type { BlobId } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { LooseBlobs } from '../../src/hub/loose-blobs.ts';
import { Bench, Script, key } from './support/scripted.ts';

const file = (blob: BlobId) =>
  ({
    kind: 'file',
    name: 'film.mp4',
    mediaType: 'video/mp4',
    size: 200,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: null,
    thumbnail: null,
    blob,
  }) as const;

describe('a file that a front end has written', () => {
  it('goes with the hub when nothing was asked for with it, and stays when it was sent', async () => {
    const blobs = memoryBlobs();
    const script = new Script('script', {
      support: { direct: 'full', attachments: 'full' },
      limits: { fileBytes: 100 },
    });
    const bench = await Bench.open([script], { blobs });
    await script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob' } }],
    });
    const [bob] = await bench.call('contact.list', {});
    const write = async (): Promise<BlobId> => {
      const { blob } = await bench.call('blob.create', {});
      await new Blob([new Uint8Array(5)]).stream().pipeTo(await blobs.write(blob, 0));
      return blob;
    };
    const send = (blob: BlobId, size: number) =>
      bench.call('message.send', {
        key: blob,
        to: { contact: bob!.id },
        draft: { content: { kind: 'attachment', text: '', attachments: [{ ...file(blob), size }] } },
      });
    const [sent, last, interrupted, refused] = [await write(), await write(), await write(), await write()];
    await send(sent, 5);
    await expect(send(refused, 200)).rejects.toMatchObject({ data: { code: 'too-large' } });
    // It may be asked for again.
    expect(await blobs.size(refused)).toBe(5);
    const asked = send(last, 5);
    await bench.hub.close();
    const kept = await asked.then(
      () => 5,
      () => null,
    );
    expect(await Promise.all([sent, last, interrupted, refused].map((blob) => blobs.size(blob)))).toEqual([
      5,
      kept,
      null,
      null,
    ]);
  });

  it('goes after an hour in which nobody came back to it', async () => {
    const blobs = memoryBlobs();
    let now = 0;
    const loose = new LooseBlobs({ blobs, now: () => now, log: () => {} });
    const written = await loose.create();
    await new Blob(['x']).stream().pipeTo(await blobs.write(written, 0));
    now = 3_600_000;
    await loose.create();
    expect(await blobs.size(written)).toBe(1);
    now += 1;
    await loose.create();
    expect(await blobs.size(written)).toBeNull();
  });
});
