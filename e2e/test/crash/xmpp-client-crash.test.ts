import { createXmppAdapter } from '@natter/adapter-xmpp';
import { describeServer, startProsody } from '@natter/e2e';
import type { ProsodyServer } from '@natter/e2e';
import { formatVerdict } from '@natter/testing/checker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { password, rehearse } from './rehearse.ts';

const messages = 4;
const points = [
  ...[2, 4, 6, 8, 10, 12].map((nth) => `store-before:${nth}`),
  ...[3, 5, 7, 9, 11].map((nth) => `store-after:${nth}`),
  'perform-before:2',
  'perform-after:1',
  'perform-after:3',
  'commit-after:2',
];

describeServer('kill -9 of a client of Prosody', 'prosody', () => {
  let server: ProsodyServer;

  beforeAll(async () => {
    const users = points.flatMap((_, index) =>
      ['alice', 'bob'].map((name) => ({ name: `${name}${index}`, password })),
    );
    server = await startProsody({ users });
  });

  afterAll(() => server.stop());

  it.concurrent.each(points.map((point, index) => [point, index] as const))(
    'at %s loses nothing and shows nothing twice',
    async (point, index) => {
      const { verdict, killed } = await rehearse({
        network: 'xmpp',
        addressOf: (name) => `${name}@${server.domain}`,
        names: [`alice${index}`, `bob${index}`],
        config: { server: `${server.host}:${server.port}`, ca: server.ca.certificate },
        messages,
        adapter: createXmppAdapter(),
        point,
      });
      expect(killed, 'the point was passed').toBe(true);
      expect(formatVerdict(verdict)).toMatch(/^8 sent, 8 acknowledged, 16 rows read: every promise kept$/);
    },
    90_000,
  );
});
