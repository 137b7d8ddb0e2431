import { describeServer, startNgircd, type NgircdServer } from '@natter/e2e';
import { startFaultProxy, type FaultProxy } from '@natter/testing/proxy';
import { afterEach, expect, test } from 'vitest';
import { IrcPeer } from '../support/irc-peer.ts';
import { run, type Running } from '../support/online.ts';
import { toldMembers, toldSystem } from '../support/told.ts';

const patient = { timeout: 40_000 };

const link = (name: string, target: string): string => `[Server]
Name = ${name}
${target}
MyPassword = link
PeerPassword = link`;

describeServer('F22: two servers and a link that breaks', 'ngircd', () => {
  const cleaning: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const clean of cleaning.splice(0).toReversed()) await clean();
  });

  test(
    'who was behind it is lost and comes back at once, and the members are those of NAMES',
    { timeout: 90_000 },
    async () => {
      const { near, far, proxy } = await startLinked();
      const running = run(near.port, { config: { join: ['#c'] } });
      cleaning.push(() => running.stop());
      expect(await running.online).toBeNull();
      const peers = await Promise.all(
        [1, 2, 3, 4, 5].map((number) =>
          IrcPeer.start({ host: far.host, port: far.port, nick: `far${number}`, other: 'me' }),
        ),
      );
      for (const peer of peers) cleaning.push(() => peer.close());
      for (const peer of peers) await peer.join('#c' as never);
      await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(6);
      proxy.cutAll('reset');
      await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(1);
      await expect.poll(() => toldSystem(running, '#c'), patient).toHaveLength(1);
      expect(toldSystem(running, '#c')[0]).toContain('5 people lost');
      await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(6);
      await expect.poll(() => toldSystem(running, '#c'), patient).toHaveLength(2);
      expect(toldSystem(running, '#c')[1]).toContain('5 people back');
      await asNamesSays(running);
    },
  );

  async function startLinked(): Promise<{ near: NgircdServer; far: NgircdServer; proxy: FaultProxy }> {
    const near = await startNgircd({ name: 'near.natter.test', extra: link('far.natter.test', '') });
    cleaning.push(() => near.stop());
    const proxy = await startFaultProxy({ upstream: near, print: () => {} });
    cleaning.push(() => proxy.close());
    const target = `Host = 127.0.0.1\nPort = ${proxy.port}`;
    const far = await startNgircd({ name: 'far.natter.test', extra: link('near.natter.test', target) });
    cleaning.push(() => far.stop());
    return { near, far, proxy };
  }
});

async function asNamesSays(running: Running): Promise<void> {
  const told = toldMembers(running, '#c');
  const page = await running.session.query(
    'members',
    { conversation: '#c' as never },
    AbortSignal.timeout(10_000),
  );
  const listed = page.batch.events.flatMap((event) =>
    event.type === 'upsert' && event.of === 'member' ? [`${event.key} ${event.value.role}`] : [],
  );
  expect([...told].map(([key, value]) => `${key} ${value.split(' ')[1]}`).toSorted()).toEqual(
    listed.toSorted(),
  );
}
