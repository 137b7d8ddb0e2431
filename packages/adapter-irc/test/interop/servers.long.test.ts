import { describeServer, startInspircd, startIrcdHybrid } from '@natter/e2e';
import { remoteKey, type OpBody } from '@natter/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleaning, online, patient, peerOn, room } from '../support/interop.ts';
import type { Running } from '../support/online.ts';
import { toldMembers } from '../support/told.ts';

/** What is told of a person's presence last. */
function presenceOf({ hints }: Running, key: string): string | undefined {
  return hints
    .flatMap((hint) => (hint.type === 'presence' && hint.key === key ? [hint.presence?.availability] : []))
    .at(-1);
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
      // The one says to compare names as RFC 1459 does, and the other as ASCII.
      const some = kind === 'inspircd' ? 'some{1}' : 'some[1]';
      const running = online(server.port);
      expect(await running.online).toBeNull();
      expect(await running.perform(room({ action: 'join', address: '#room' }))).toMatchObject({
        result: 'accepted',
        conversation: '#room',
      });
      await other.join(remoteKey('#room'));
      await expect
        .poll(() => [...toldMembers(running, '#room').keys()].toSorted(), patient)
        .toEqual(['me', 'op', some]);
      expect(toldMembers(running, '#room').get('op')).toBe('Op admin');
      const told = running.batches.flatMap(({ events }) => events);
      expect(told).toContainEqual(
        expect.objectContaining({ of: 'conversation', value: { topic: 'what it is about' } }),
      );
      // Not yet ours to do.
      expect(await running.perform(room({ action: 'kick', member: some }), '#room')).toMatchObject({
        result: 'refused',
        error: { condition: { command: '482' } },
      });
      await peer.ask('MODE #room +o me');
      await expect.poll(() => toldMembers(running, '#room').get('me'), patient).toBe('me admin');
      expect(await running.perform(room({ action: 'topic', text: 'anew' }), '#room')).toMatchObject({
        result: 'accepted',
      });
      expect(
        await running.perform(room({ action: 'role', member: some, role: 'moderator' }), '#room'),
      ).toMatchObject({ result: 'accepted' });
      await expect.poll(() => toldMembers(running, '#room').get(some), patient).toBe('Some[1] moderator');
      expect(
        await running.perform(room({ action: 'ban', member: some, reason: 'enough' }), '#room'),
      ).toMatchObject({ result: 'accepted' });
      await expect
        .poll(() => [...toldMembers(running, '#room').keys()].toSorted(), patient)
        .toEqual(['me', 'op']);
      await expect(other.join(remoteKey('#room'))).rejects.toThrow('474');
      expect(await running.perform(room({ action: 'unban', member: some }), '#room')).toMatchObject({
        result: 'accepted',
      });
      await other.join(remoteKey('#room'));
      await peer.ask('KICK #room me :out');
      await expect.poll(() => toldMembers(running, '#room').has('me'), patient).toBe(false);
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
        .poll(
          () =>
            running.batches
              .flatMap(({ events }) => events)
              .some(
                (event) =>
                  event.type === 'upsert' && 'state' in event.value && event.value.state === 'invited',
              ),
          patient,
        )
        .toBe(true);
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
      await running.perform({ type: 'roster', change: { action: 'add', address: 'Alice' } });
      await expect.poll(() => presenceOf(running, 'alice'), patient).toBe('available');
      await peer.ask('AWAY :lunch');
      await expect.poll(() => presenceOf(running, 'alice'), patient).toBe('away');
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
      extra:
        '<link name="far.natter.test" ipaddr="127.0.0.1" port="1" allowmask="127.0.0.1" sendpass="link" recvpass="link">',
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
