import {
  describeServer,
  startInspircd,
  startIrcdHybrid,
  startSoju,
  startZnc,
  type InspircdServer,
  type SojuServer,
  type ZncServer,
} from '@natter/e2e';
import { remoteKey, type OpBody } from '@natter/core';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { IrcHub } from './support/irc-hub.ts';
import { IrcPeer } from './support/irc-peer.ts';
import { run, type Running } from './support/online.ts';
import { toldMembers } from './support/told.ts';

const patient = { timeout: 10_000 };

/** What is closed behind each test, the newest first. */
const cleaning: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

async function peerOn(port: number, nick: string, capabilities: readonly string[] = []): Promise<IrcPeer> {
  const peer = await IrcPeer.start({ host: '127.0.0.1', port, nick, other: 'me', capabilities });
  cleaning.push(() => peer.close());
  return peer;
}

function online(port: number, options: Parameters<typeof run>[1] = {}): Running {
  const running = run(port, options);
  cleaning.push(() => running.stop());
  return running;
}

const room = (change: object): OpBody => ({ type: 'room', change }) as OpBody;

/** What is told of a person's presence last. */
function presenceOf({ hints }: Running, key: string): string | undefined {
  return hints.findLast((hint) => hint.type === 'presence' && hint.key === key && hint.presence !== null)
    ?.type === 'presence'
    ? hints
        .flatMap((hint) =>
          hint.type === 'presence' && hint.key === key ? [hint.presence?.availability] : [],
        )
        .at(-1)
    : undefined;
}

const servers = {
  inspircd: startInspircd,
  'ircd-hybrid': startIrcdHybrid,
};

for (const kind of ['inspircd', 'ircd-hybrid'] as const) {
  describeServer('a server of another make', kind, () => {
    let server: { port: number; stop(): Promise<void> };
    beforeAll(async () => {
      server = await servers[kind]();
    });
    afterAll(() => server?.stop());

    test('a channel with its roles, topic, kicks, bans, invitations and keys', async () => {
      const peer = await peerOn(server.port, 'Op');
      const other = await peerOn(server.port, 'Some[1]');
      await peer.join(remoteKey('#Room'));
      await peer.ask('TOPIC #Room :what it is about');
      const running = online(server.port);
      expect(await running.online).toBeNull();
      expect(await running.perform(room({ action: 'join', address: '#room' }))).toMatchObject({
        result: 'accepted',
        conversation: '#room',
      });
      await other.join(remoteKey('#room'));
      await expect
        .poll(() => [...toldMembers(running, '#room').keys()].toSorted(), patient)
        .toEqual(['me', 'op', 'some{1}']);
      expect(toldMembers(running, '#room').get('op')).toBe('Op admin');
      const told = running.batches.flatMap(({ events }) => events);
      expect(told).toContainEqual(
        expect.objectContaining({ of: 'conversation', value: { topic: 'what it is about' } }),
      );
      // Not yet ours to do.
      expect(await running.perform(room({ action: 'kick', member: 'some{1}' }), '#room')).toMatchObject({
        result: 'refused',
        error: { condition: { command: '482' } },
      });
      await peer.ask('MODE #room +o me');
      await expect.poll(() => toldMembers(running, '#room').get('me'), patient).toBe('me admin');
      expect(await running.perform(room({ action: 'topic', text: 'anew' }), '#room')).toMatchObject({
        result: 'accepted',
      });
      expect(
        await running.perform(room({ action: 'role', member: 'some{1}', role: 'moderator' }), '#room'),
      ).toMatchObject({ result: 'accepted' });
      await expect
        .poll(() => toldMembers(running, '#room').get('some{1}'), patient)
        .toBe('Some[1] moderator');
      expect(
        await running.perform(room({ action: 'ban', member: 'some{1}', reason: 'enough' }), '#room'),
      ).toMatchObject({ result: 'accepted' });
      await expect
        .poll(() => [...toldMembers(running, '#room').keys()].toSorted(), patient)
        .toEqual(['me', 'op']);
      await expect(other.join(remoteKey('#room'))).rejects.toThrow('474');
      expect(await running.perform(room({ action: 'unban', member: 'some{1}' }), '#room')).toMatchObject({
        result: 'accepted',
      });
      await other.join(remoteKey('#room'));
      await peer.ask('KICK #room me :out');
      await expect.poll(() => toldMembers(running, '#room').size, patient).toBe(0);
      for (const [mode, numeric] of [
        ['+k sesame', '475'],
        ['-k sesame', ''],
        ['+i', '473'],
        ['+l 1', '473'],
      ] as const) {
        await peer.ask(`MODE #room ${mode}`);
        if (numeric === '') continue;
        expect(await running.perform(room({ action: 'join', address: '#room' }))).toMatchObject({
          result: 'refused',
          error: { condition: { command: numeric } },
        });
      }
      await peer.ask('INVITE me #room');
      await expect
        .poll(() => running.batches.flatMap(({ events }) => events), patient)
        .toContainEqual(expect.objectContaining({ value: expect.objectContaining({ state: 'invited' }) }));
    });

    test('people of the list come, are away and go; a taken nick is given back', async () => {
      const peer = await peerOn(server.port, 'Alice');
      const holder = await peerOn(server.port, 'me');
      const running = online(server.port);
      expect(await running.online).toBeNull();
      const self = (): string | undefined =>
        running.batches
          .flatMap(({ events }) => events)
          .flatMap((event) => (event.type === 'self' ? [String(event.name)] : []))
          .at(-1);
      expect(self()).toBe('me_');
      await running.perform({ type: 'roster', change: { action: 'add', address: 'Alice' } } as OpBody);
      await expect.poll(() => presenceOf(running, 'alice'), patient).toBe('available');
      await peer.ask('AWAY :lunch');
      if (kind === 'ircd-hybrid') await expect.poll(() => presenceOf(running, 'alice'), patient).toBe('away');
      await peer.close();
      await expect.poll(() => presenceOf(running, 'alice'), patient).toBe('offline');
      await running.perform(room({ action: 'join', address: '#nick' }));
      await holder.join(remoteKey('#nick'));
      holder.say('QUIT :bye');
      await expect.poll(self, patient).toBe('me');
    });

    test('what is said to somebody who is not there is refused, and what is said is echoed or unconfirmed', async () => {
      const peer = await peerOn(server.port, 'bob');
      const running = online(server.port);
      expect(await running.online).toBeNull();
      const say = (text: string): OpBody => ({
        type: 'send',
        content: { kind: 'text', text },
        replyTo: null,
        thread: null,
        mentions: [],
      });
      expect(await running.perform(say('hi'), 'nobody')).toMatchObject({
        result: 'refused',
        error: { condition: { command: '401' } },
      });
      expect(await running.perform(say('hi there'), 'bob')).toMatchObject({
        result: kind === 'inspircd' ? 'accepted' : 'unconfirmed',
      });
      await expect
        .poll(async () => (await peer.received()).map(({ text }) => text), patient)
        .toEqual(['hi there']);
    });
  });
}

describeServer('F22: two servers of another make and a link that breaks', 'inspircd', () => {
  test('who was behind it is lost, and comes back', async () => {
    const near = await startInspircd({
      name: 'near.natter.test',
      id: '1NA',
      extra: '<link name="far.natter.test" allowmask="127.0.0.1" sendpass="link" recvpass="link">',
    });
    cleaning.push(() => near.stop());
    const link = `<link name="near.natter.test" ipaddr="127.0.0.1" port="${near.linkPort}" allowmask="127.0.0.1" sendpass="link" recvpass="link">
<autoconnect period="2" server="near.natter.test">`;
    const far = await startInspircd({ name: 'far.natter.test', id: '2NA', extra: link });
    let farUp = true;
    cleaning.push(async () => {
      if (farUp) await far.stop();
    });
    const running = online(near.port, { config: { join: ['#c'] } });
    expect(await running.online).toBeNull();
    const peers = await Promise.all(['far1', 'far2', 'far3'].map((nick) => peerOn(far.port, nick)));
    for (const peer of peers) await peer.join(remoteKey('#c'));
    await expect.poll(() => toldMembers(running, '#c').size, { timeout: 15_000 }).toBe(4);
    farUp = false;
    await far.stop();
    await expect.poll(() => toldMembers(running, '#c').size, patient).toBe(1);
    const system = (): readonly string[] =>
      running.batches
        .flatMap(({ events }) => events)
        .flatMap((event) =>
          event.type === 'timeline'
            ? event.items
                .filter(({ content }) => content.kind === 'system')
                .map(({ content }) => content.text)
            : [],
        );
    await expect.poll(system, patient).toEqual([expect.stringContaining('3 people lost')]);
  });
});

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
    await expect.poll(async () => (await peer.ask('NAMES #c')).join(' '), patient).toMatch(/[ @]me!?/);
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
    await irc.send('#c', 'from natter');
    await irc.send('alice', 'privately');
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
      await expect.poll(async () => (await peer.ask('NAMES #c')).join(' '), patient).toMatch(/[ @]me /);
      await peer.ask('PRIVMSG #c :live one');
      await peer.ask('PRIVMSG me :to you');
      await expect.poll(() => irc.texts('alice'), patient).toEqual(['to you']);
      await irc.send('#c', 'from natter');
      await irc.send('alice', 'privately');
      const channel = ['live one', 'from natter'];
      const direct = ['to you', 'privately'];
      await expect.poll(() => irc.texts('#c'), patient).toEqual(channel);
      await expect.poll(() => irc.texts('alice'), patient).toEqual(direct);
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
      expect(await running.perform(room({ action: 'join', address: '#open' }))).toMatchObject({
        result: 'accepted',
      });
      expect(await running.perform(room({ action: 'join', address: '#closed' }))).toMatchObject({
        result: 'refused',
        error: { condition: { command: '473' } },
      });
    });
  });
}
