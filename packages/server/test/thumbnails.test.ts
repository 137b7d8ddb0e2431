import { Transformer } from '@napi-rs/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Thumbnails } from '../src/files/thumbnails.ts';
import { announce, ask, attach, patch } from './support/files.ts';
import { aliceAndBob, startServer } from './support/server.ts';
import { TestClient } from './support/client.ts';

/** A photograph, as far as its size goes: noise, which nothing makes small. */
async function photograph(width: number, height: number): Promise<Uint8Array> {
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < pixels.length; at += 1) if (at % 4 !== 3) pixels[at] = (at * 2_654_435_761) >>> 24;
  return Transformer.fromRgbaPixels(pixels, width, height).png();
}

describe('the thumbnail of a picture', () => {
  it('is made by the server, told with the message, and read by who may see that', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const picture = await photograph(800, 400);
    const access = await announce(alice, picture);
    expect((await patch(server, access, picture, 0)).status).toBe(204);
    const body = attach(access, picture.length);
    await alice.request({ type: 'send', clientId: 'one', peer: 'bob', body });
    expect(await alice.request({ type: 'send', clientId: 'one', peer: 'bob', body })).toMatchObject({
      seq: 1,
    });
    const { messages } = await bob.request({ type: 'history', conversation: 'c1' });
    const thumbnail = messages[0]?.body?.attachments?.[0]?.thumbnail;
    expect(thumbnail).toMatchObject({ mediaType: 'image/webp', width: 320, height: 160 });

    const file = thumbnail?.file ?? '';
    const response = await ask(server, await bob.request({ type: 'file-get', file }));
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes).toHaveLength(thumbnail?.size ?? 0);
    expect(await new Transformer(bytes).metadata()).toMatchObject({
      format: 'webp',
      width: 320,
      height: 160,
    });
    const stranger = await TestClient.register(server.url, 'carol');
    expect(await stranger.refusal({ type: 'file-get', file })).toMatchObject({ code: 'not-found' });
    await alice.request({ type: 'retract', conversation: 'c1', seq: 1 });
    expect(await bob.refusal({ type: 'file-get', file })).toMatchObject({ code: 'not-found' });
  });

  it('is not what a client says', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const secret = await announce(alice, new Uint8Array(5), 'secret');
    await patch(server, secret, new Uint8Array(5), 0);
    const open = await announce(bob, new Uint8Array(3), 'open');
    await patch(server, open, new Uint8Array(3), 0);
    const thumbnail = { file: secret.file, mediaType: 'image/webp', size: 5, width: 1, height: 1 };
    const [attachment] = attach(open, 3).attachments;
    const elsewhere = { ...attachment, file: undefined, thumbnail };
    await bob.request({
      type: 'send',
      clientId: 'one',
      peer: 'alice',
      body: { text: 'x', attachments: [{ ...attachment, thumbnail }, JSON.parse(JSON.stringify(elsewhere))] },
    });
    const { messages } = await bob.request({ type: 'history', conversation: 'c1' });
    expect(messages[0]?.body?.attachments).toHaveLength(2);
    expect(JSON.stringify(messages)).not.toContain('thumbnail');
    expect(await bob.refusal({ type: 'file-get', file: secret.file })).toMatchObject({ code: 'not-found' });
  });

  it('is none for what is small, huge, or no picture after all, and no bytes are a fault', async () => {
    const { isWorthAThumbnail } = await import('../src/files/thumbnails.ts');
    expect(isWorthAThumbnail(10_000, { width: 100, height: 100 })).toBe(false);
    expect(isWorthAThumbnail(100_000, { width: 100_000, height: 100_000 })).toBe(false);
    expect(isWorthAThumbnail(100_000_000, { width: 100, height: 100 })).toBe(false);
    expect(isWorthAThumbnail(100_000, { width: 4000, height: 3000 })).toBe(true);
    const picture = await photograph(60, 40);
    const thumbnails = new Thumbnails();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(picture.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(picture.length),
        async (changes, length) => {
          const broken = Uint8Array.from(picture);
          for (const [at, value] of changes) broken[at] = value;
          const made = await thumbnails.make({ width: 60, height: 40 }, async () =>
            broken.subarray(0, length),
          );
          if (made !== null) expect(Math.max(...Object.values(made.dimensions))).toBeLessThanOrEqual(60);
        },
      ),
      { numRuns: 200 },
    );
  });
});
