import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sniff } from '../src/files/sniff.ts';
import { announce, attach, patch, sha256 } from './support/files.ts';
import { aliceAndBob, startServer } from './support/server.ts';

describe('what a file is', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAEklEQVR4nGNgYGD4jwXDAW4JAJQSBvqXy2P5AAAAAElFTkSuQmCC',
    'base64',
  );
  const gif = Buffer.from('R0lGODlhBQAHAIAAAAAAAP///yH5BAEAAAAALAAAAAAFAAcAAAIHhI+py+0PCgA7', 'base64');
  const octets = 'application/octet-stream';

  it.each([
    ['an image, whatever it is called', png, 'application/pdf', 'image/png', { width: 3, height: 2 }],
    ['an image of another format', gif, 'image/png', 'image/gif', { width: 5, height: 7 }],
    ['an image that is none', Buffer.from('hello'), 'image/png', octets, null],
    [
      'a program that is called a picture',
      Buffer.from('MZ\0\0\0\0'),
      'image/jpeg',
      'application/x-msdownload',
      null,
    ],
    [
      'music behind a long tag',
      Buffer.concat([Buffer.from('ID3'), Buffer.alloc(99)]),
      'x/y',
      'audio/mpeg',
      null,
    ],
    ['text', Buffer.from('hello'), 'text/markdown; charset=utf-8', 'text/markdown', null],
    ['text that is none', Buffer.from([1, 0, 2]), 'text/plain', octets, null],
    ['a drawing', Buffer.from('<svg xmlns="x"/>'), 'image/svg+xml', 'image/svg+xml', null],
    ['something of a type that is none', Buffer.from('x'), 'not a type', octets, null],
    ['an image that is cut off', png.subarray(0, 18), 'image/png', 'image/png', null],
  ])('is told by its bytes: %s', async (_name, bytes, announced, mediaType, dimensions) => {
    expect(await sniff(bytes, announced)).toEqual({ mediaType, dimensions });
  });

  it('is read from any bytes without a fault', async () => {
    const heads = [
      png,
      gif,
      Buffer.from('RIFF0000WEBPVP8 '),
      Buffer.from([0xff, 0xd8, 0xff]),
      Buffer.from('BM'),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 200 }), async (head, rest) => {
        const { mediaType, dimensions } = await sniff(Buffer.concat([head, rest]), 'image/png');
        expect(mediaType).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/u);
        for (const side of Object.values(dimensions ?? {})) expect(side).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('is what a message says of it, whatever its sender says', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const access = await announce(alice, png);
    await patch(server, access, png, 0);
    const body = attach(access, 999);
    await alice.request({ type: 'send', clientId: 'one', peer: 'bob', body });
    // After a lost answer the same is said again.
    expect(await alice.request({ type: 'send', clientId: 'one', peer: 'bob', body })).toMatchObject({
      seq: 1,
    });
    await bob.sync();
    const { messages } = await bob.request({ type: 'history', conversation: 'c1' });
    expect(messages[0]?.body?.attachments).toEqual([
      {
        kind: 'image',
        url: body.attachments[0].url,
        file: access.file,
        name: 'x',
        mediaType: 'image/png',
        size: png.length,
        sha256: sha256(png),
        width: 3,
        height: 2,
      },
    ]);
  });
});
