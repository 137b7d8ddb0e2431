import assert from 'node:assert/strict';
import { remoteKey, type ConversationIn, type MemberIn, type RemoteKey } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import type { Driver } from '../driver.ts';
import { changeRoom, memberIn, openRoom } from '../rooms.ts';
import type { Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

/** Groups by invitation. */
export const groupCases: readonly ConformanceCase[] = [
  {
    name: 'groups: one is opened, the peer is invited and enters, and both hear each other',
    needs: { support: ['create-room', 'groups', 'invite'], peer: ['accept', 'heard'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await group(driver, peer, 'choir');
      assert.equal(driver.ledger.conversations.get(room)?.kind, 'group');
      assert.equal(driver.ledger.conversations.get(room)?.title, 'choir');
      await driver.hear('hello all', () => peer.send('hello all', { room }));
      assert.equal(driver.ledger.withText('hello all')[0]?.conversation, room);
      await driver.say('welcome', room);
      await driver.until('the peer hears it', async () =>
        ((await peer.heard?.(room)) ?? []).includes('welcome'),
      );
    }),
  },
  {
    name: 'groups: an invitation is shown, and taken',
    needs: { support: ['join-room', 'groups'], peer: ['invite'] },
    run: withDriver(async (driver, { peer }) => {
      const room = remoteKey((await peer.invite?.('club')) ?? '');
      await standing(driver, room, 'invited');
      await changeRoom(driver, room, { action: 'accept-invitation' });
      await standing(driver, room, 'joined');
      await driver.hear('come in', () => peer.send('come in', { room }));
    }),
  },
  {
    name: 'groups: an invitation is declined',
    needs: { support: ['join-room', 'groups'], peer: ['invite'] },
    run: withDriver(async (driver, { peer }) => {
      const room = remoteKey((await peer.invite?.('club')) ?? '');
      await standing(driver, room, 'invited');
      await changeRoom(driver, room, { action: 'decline-invitation' });
      await left(driver, room);
    }),
  },
  {
    name: 'groups: the members are listed, and who leaves is told',
    needs: { support: ['create-room', 'groups', 'members'], peer: ['accept', 'leave'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await group(driver, peer, 'team');
      const page = await driver.ask((signal) =>
        driver.session.query('members', { conversation: room }, signal),
      );
      driver.host.take(page.batch, false);
      assert.equal(member(driver, room, peer)?.state, 'joined');
      const own = [...driver.ledger.members.values()].filter(({ self }) => self === true);
      assert.equal(own.length, 1, 'we are not among them');
      await driver.witness(
        'the peer goes',
        async () => peer.leave?.(room),
        () => isOut(driver, room, peer),
      );
    }),
  },
  {
    name: 'groups: a member is given a role',
    needs: { support: ['create-room', 'groups', 'roles'], peer: ['accept'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await group(driver, peer, 'crew');
      await changeRoom(driver, room, { action: 'role', member: keyIn(peer, room), role: 'admin' });
      await driver.witness(
        'the role',
        () => {},
        () => member(driver, room, peer)?.role === 'admin',
      );
    }),
  },
  {
    name: 'groups: a member is kicked, banned, and may come again when that is lifted',
    needs: { support: ['create-room', 'groups', 'invite', 'kick', 'ban'], peer: ['accept'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await group(driver, peer, 'pub');
      await changeRoom(driver, room, { action: 'kick', member: keyIn(peer, room) });
      await driver.until('the kick', () => isOut(driver, room, peer));
      await changeRoom(driver, room, { action: 'invite', contact: peer.key });
      await entered(driver, room, peer);
      await changeRoom(driver, room, { action: 'ban', member: keyIn(peer, room) });
      await driver.until('the ban', () => isOut(driver, room, peer));
      await assert.rejects(async () => peer.accept?.(room), 'a banned peer came in');
      await changeRoom(driver, room, { action: 'unban', member: keyIn(peer, room) });
      await changeRoom(driver, room, { action: 'invite', contact: peer.key });
      await entered(driver, room, peer);
    }),
  },
  {
    name: 'groups: title and topic are set',
    needs: { support: ['create-room', 'groups', 'topic'], peer: ['accept'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await group(driver, peer, 'forum');
      await changeRoom(driver, room, { action: 'topic', text: 'cats' });
      await changeRoom(driver, room, { action: 'title', text: 'cats only' });
      const told = (): ConversationIn | undefined => driver.ledger.conversations.get(room);
      await driver.until('both', () => told()?.topic === 'cats' && told()?.title === 'cats only');
    }),
  },
  {
    name: 'groups: what one may not do is refused as forbidden or not found',
    needs: { support: ['join-room', 'groups', 'kick'], peer: ['invite'] },
    run: withDriver(async (driver, { peer }) => {
      const room = remoteKey((await peer.invite?.('palace')) ?? '');
      await standing(driver, room, 'invited');
      await changeRoom(driver, room, { action: 'accept-invitation' });
      const change = { action: 'kick', member: keyIn(peer, room) } as const;
      const outcome = await driver.judged({ type: 'room', change }, room);
      assert.equal(outcome.result, 'refused');
      assert.ok('error' in outcome && ['forbidden', 'not-found'].includes(outcome.error.code));
    }),
  },
];

/** A group of ours with the peer in it. */
async function group(driver: Driver, peer: Peer, name: string): Promise<RemoteKey> {
  const room = await openRoom(driver, { action: 'create', name, kind: 'group', invite: [peer.key] });
  await entered(driver, room, peer);
  return room;
}

/** The peer takes the invitation, and we see it come. */
function entered(driver: Driver, room: RemoteKey, peer: Peer): Promise<void> {
  return driver.witness(
    'the peer comes',
    async () => peer.accept?.(room),
    () => member(driver, room, peer)?.state === 'joined',
  );
}

function standing(driver: Driver, room: RemoteKey, state: ConversationIn['state']): Promise<void> {
  return driver.until(
    `we are ${state ?? 'there'}`,
    () => driver.ledger.conversations.get(room)?.state === state,
  );
}

function left(driver: Driver, room: RemoteKey): Promise<void> {
  return driver.until('we are out', () =>
    [undefined, 'left'].includes(driver.ledger.conversations.get(room)?.state),
  );
}

function keyIn(peer: Peer, room: RemoteKey): RemoteKey {
  return peer.keyIn?.(room) ?? peer.key;
}

function member(driver: Driver, room: RemoteKey, peer: Peer): MemberIn | undefined {
  return memberIn(driver, room, keyIn(peer, room));
}

function isOut(driver: Driver, room: RemoteKey, peer: Peer): boolean {
  return [undefined, 'left', 'banned'].includes(member(driver, room, peer)?.state);
}
