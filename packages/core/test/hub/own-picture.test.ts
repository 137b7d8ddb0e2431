import { describe, expect, it } from 'vitest';
import { mintId, type Attachment } from '@natter/core';
import { Bench, Script } from './support/scripted.ts';

const picture: Attachment = {
  kind: 'image',
  name: 'me.png',
  mediaType: 'image/png',
  size: 3,
  width: null,
  height: null,
  duration: null,
  hash: null,
  remote: null,
  thumbnail: null,
  blob: mintId('blob'),
};

describe('a picture of ourselves', () => {
  it('goes to the network by way of the outbox, and so does that there is none any more', async () => {
    const script = new Script('script', { support: { 'own-avatar': 'full' } });
    const bench = await Bench.open([script]);
    const account = bench.accounts[0]!;
    for (const image of [picture, null]) {
      const change = { action: 'avatar', image } as const;
      const key = image?.name ?? 'none';
      const { operation } = await bench.call('profile.change', { key, account, change });
      await bench.until(async () => (await bench.call('operation.get', { operation })).state === 'accepted');
      expect(script.performed.at(-1)?.body).toEqual({ type: 'profile', change });
    }
    await bench.hub.close();
  });

  it('is refused before the adapter is asked where people have none, even where they have names', async () => {
    const script = new Script('script', { support: { profile: 'full' } });
    const bench = await Bench.open([script]);
    const change = { action: 'avatar', image: picture } as const;
    await expect(
      bench.call('profile.change', { key: 'p', account: bench.accounts[0]!, change }),
    ).rejects.toMatchObject({ data: { code: 'unsupported', condition: { capability: 'own-avatar' } } });
    expect(script.performed).toEqual([]);
    await bench.hub.close();
  });

  it.each([
    ['no image', { ...picture, kind: 'file', name: 'me.txt', mediaType: 'text/plain' }],
    ['an image without bytes', { ...picture, blob: null }],
  ] as const)('is refused when it is %s', async (_, image) => {
    const script = new Script('script', { support: { 'own-avatar': 'full' } });
    const bench = await Bench.open([script]);
    const change = { action: 'avatar', image } as const;
    await expect(
      bench.call('profile.change', { key: 'p', account: bench.accounts[0]!, change }),
    ).rejects.toMatchObject({ data: { code: 'invalid' } });
    expect(script.performed).toEqual([]);
    await bench.hub.close();
  });
});
