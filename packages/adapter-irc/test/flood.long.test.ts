import { describeServer, startErgo, type ErgoServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_FLOOD } from '../src/wire/send-queue.ts';
import { IrcHub } from './support/irc-hub.ts';
import { IrcPeer } from './support/irc-peer.ts';

describeServer('F24: a server that minds the pace', 'ergo', () => {
  let server: ErgoServer;
  beforeAll(async () => {
    server = await startErgo({ fakelag: true });
  });
  afterAll(() => server?.stop());

  test('a burst of messages at our own pace arrives whole and in order, and we stay connected', async () => {
    const peer = await IrcPeer.start({ ...server, nick: 'peer', other: 'me' });
    const { burst, perSecond } = DEFAULT_FLOOD;
    const pace = { floodBurst: burst, floodPerSecond: perSecond };
    const irc = await IrcHub.start(server.tlsPort, { ca: server.ca.certificate, ...pace });
    const texts = Array.from({ length: 40 }, (_, index) => `number ${index}`);
    for (const text of texts) await irc.send('peer', text);
    const heard = async (): Promise<readonly string[]> => (await peer.received()).map(({ text }) => text);
    await expect.poll(heard, { timeout: 120_000, interval: 500 }).toEqual(texts);
    const deliveries = async (): Promise<string[]> => [
      ...new Set((await irc.rows('peer')).map(({ delivery }) => String(delivery))),
    ];
    await expect.poll(deliveries, { timeout: 30_000 }).toEqual(['sent']);
    expect(irc.hub.profile.statuses.get(irc.account)?.state.phase).toBe('online');
    await irc.close();
    await peer.close();
  });
});
