import {
  describeServer,
  startInspircd,
  startSoju,
  startZnc,
  type InspircdServer,
  type SojuServer,
  type ZncServer,
} from '@natter/e2e';
import { remoteKey } from '@natter/core';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleaning, online, patient, peerOn, room } from '../support/interop.ts';
import { IrcHub } from '../support/irc-hub.ts';
import { IrcPeer } from '../support/irc-peer.ts';
import { toldMembers } from '../support/told.ts';

describeServer('a bouncer that plays its buffers', 'znc', () => {
  let upstream: InspircdServer;
  let bouncer: ZncServer;
  beforeAll(async () => {
    upstream = await startInspircd();
    bouncer = await startZnc({ upstream, nick: 'me', password: 'secret', channels: ['#c'] });
  });
  afterAll(async () => {
    await bouncer?.stop();
    await upstream?.stop();
  });

  test('tells everything once, however often it is played, and what other clients of ours say', async () => {
    const peer = await peerOn(upstream.port, 'alice', ['echo-message']);
    await peer.join(remoteKey('#c'));
    await expect.poll(async () => (await peer.ask('NAMES #c')).join(' '), patient).toMatch(/[:@ ]me\b/);
    const password = 'user/net:secret';
    const irc = await IrcHub.start(bouncer.port, { signIn: 'server' }, { password });
    cleaning.push(() => irc.close());
    await expect.poll(() => irc.conversation('#c'), patient).toBeDefined();
    const other = await IrcPeer.start({
      host: '127.0.0.1',
      port: bouncer.port,
      nick: 'me',
      other: 'alice',
      serverPassword: password,
    });
    cleaning.push(() => other.close());
    await peer.ask('PRIVMSG #c :live one');
    await peer.ask('PRIVMSG me :to you');
    await expect.poll(() => irc.texts('alice'), patient).toEqual(['to you']);
    await irc.send('#c', 'from natter');
    await irc.send('alice', 'privately');
    await expect.poll(() => irc.texts('alice'), patient).toEqual(['to you', 'privately']);
    await other.ask('PRIVMSG #c :from my other client');
    await other.ask('PRIVMSG alice :from my other client, privately');
    const channel = ['live one', 'from natter', 'from my other client'];
    const direct = ['to you', 'privately', 'from my other client, privately'];
    await expect.poll(() => irc.texts('#c'), patient).toEqual(channel);
    await expect.poll(() => irc.texts('alice'), patient).toEqual(direct);
    for (const text of ['while away', 'still away']) {
      await irc.enable(false);
      await peer.ask(`PRIVMSG #c :${text}`);
      await peer.ask(`PRIVMSG me :${text}`);
      await irc.enable(true);
      channel.push(text);
      direct.push(text);
      await expect.poll(() => irc.texts('#c'), patient).toEqual(channel);
      await expect.poll(() => irc.texts('alice'), patient).toEqual(direct);
    }
  });

  test('answers PING itself: what the server behind it refuses is refused all the same, and channels are entered', async () => {
    const peer = await peerOn(upstream.port, 'op');
    await peer.join(remoteKey('#closed'));
    await peer.ask('MODE #closed +i');
    const running = online(bouncer.port, {
      config: { signIn: 'server' },
      secrets: { password: 'user/net:secret' },
    });
    expect(await running.online).toBeNull();
    expect(await running.perform(room({ action: 'join', address: '#open' }))).toMatchObject({
      result: 'accepted',
    });
    expect(await running.perform(room({ action: 'join', address: '#closed' }))).toMatchObject({
      result: 'refused',
      error: { condition: { command: '473' } },
    });
    await peer.join(remoteKey('#open'));
    await peer.ask('MODE #open -o me');
    await expect.poll(() => toldMembers(running, '#open').size, patient).toBe(2);
    await peer.close();
    expect(await running.perform(room({ action: 'kick', member: 'alice' }), '#open')).toMatchObject({
      result: 'refused',
    });
  });
});

for (const messages of ['db', 'fs'] as const) {
  describeServer(`a bouncer with a history (messages in ${messages})`, 'soju', () => {
    let upstream: InspircdServer;
    let bouncer: SojuServer;
    beforeAll(async () => {
      upstream = await startInspircd();
      bouncer = await startSoju({ user: 'me', password: 'secret', messages });
      const owner = await IrcPeer.start({
        host: '127.0.0.1',
        port: bouncer.port,
        nick: 'me',
        other: 'x',
        capabilities: ['sasl'],
        password: 'secret',
      });
      const answer = await owner.ask(
        `PRIVMSG BouncerServ :network create -addr irc+insecure://127.0.0.1:${upstream.port} -name net -nick me`,
      );
      await owner
        .until((line) => /created network/.test(line), 0)
        .catch(() => {
          throw new Error(answer.join('\n'));
        });
      await owner.close();
    });
    afterAll(async () => {
      await bouncer?.stop();
      await upstream?.stop();
    });

    test('what was missed comes once and in order, and what the server refuses is refused', async () => {
      const peer = await peerOn(upstream.port, 'alice');
      await peer.join(remoteKey('#c'));
      await peer.ask('MODE #c +o alice');
      await peer.join(remoteKey('#closed'));
      await peer.ask('MODE #closed +i');
      const irc = await IrcHub.start(
        bouncer.port,
        { username: 'me/net', join: ['#c'] },
        { password: 'secret' },
      );
      cleaning.push(() => irc.close());
      await expect.poll(() => irc.conversation('#c'), patient).toBeDefined();
      await expect.poll(async () => (await peer.ask('NAMES #c')).join(' '), patient).toMatch(/[:@ ]me\b/);
      await peer.ask('PRIVMSG #c :live one');
      await peer.ask('PRIVMSG me :to you');
      await expect.poll(() => irc.texts('alice'), patient).toEqual(['to you']);
      await irc.send('#c', 'from natter');
      await irc.send('alice', 'privately');
      const channel = ['live one', 'from natter'];
      const direct = ['to you', 'privately'];
      await expect.poll(() => irc.texts('#c'), patient).toEqual(channel);
      await expect.poll(() => irc.texts('alice'), patient).toEqual(direct);
      for (const key of ['#c', 'alice'])
        await expect.poll(async () => (await irc.last(key))?.delivery, patient).toBe('sent');
      for (const text of ['while away', 'still away']) {
        await irc.enable(false);
        await delay(50);
        await peer.ask(`PRIVMSG #c :${text}`);
        await peer.ask(`PRIVMSG me :${text}`);
        await delay(50);
        await irc.enable(true);
        channel.push(text);
        direct.push(text);
        await expect.poll(() => irc.texts('#c'), patient).toEqual(channel);
        await expect.poll(() => irc.texts('alice'), patient).toEqual(direct);
      }
      expect(irc.gaps).toBe(0);
      const running = online(bouncer.port, {
        config: { username: 'me/net' },
        secrets: { password: 'secret' },
      });
      expect(await running.online).toBeNull();
      // soju lets some lines pass at once, and then one in two seconds.
      const slowly = 25_000;
      expect(await running.perform(room({ action: 'join', address: '#open' }), null, slowly)).toMatchObject({
        result: 'accepted',
      });
      expect(await running.perform(room({ action: 'join', address: '#closed' }), null, slowly)).toMatchObject(
        {
          result: 'refused',
          error: { condition: { command: '473' } },
        },
      );
    });
  });
}
