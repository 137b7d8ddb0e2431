import assert from 'node:assert/strict';
import type { RemoteKey } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import type { Driver } from '../driver.ts';
import { changeRoom, memberIn, openRoom } from '../rooms.ts';
import type { Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

/** Conversations of several. */
export const roomCases: readonly ConformanceCase[] = [
  {
    name: 'rooms: one is opened, the peer enters, and both hear each other',
    needs: { support: ['create-room', 'channels'], peer: ['join', 'heard'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await open(driver, 'hall');
      assert.equal(driver.ledger.conversations.get(room)?.kind, 'channel');
      await peer.join?.(room);
      await driver.hear('hello all', () => peer.send('hello all', { room }));
      assert.equal(driver.ledger.withText('hello all')[0]?.conversation, room);
      await driver.say('welcome', room);
      await driver.until('the peer hears it', async () =>
        ((await peer.heard?.(room)) ?? []).includes('welcome'),
      );
    }),
  },
  {
    name: 'rooms: a public one is found by its name, and entered',
    needs: { support: ['join-room', 'list-rooms', 'channels'], peer: ['open'] },
    run: withDriver(async (driver, { peer }) => {
      const address = (await peer.open?.('square')) ?? '';
      const { items } = await driver.ask((signal) =>
        driver.session.query('rooms', { text: 'square' }, signal),
      );
      assert.ok(
        items.some((item) => item.address === address),
        'it is not on the list',
      );
      const room = await changeRoom(driver, null, { action: 'join', address });
      await driver.until('we are inside', () => driver.ledger.conversations.get(room)?.state === 'joined');
      await driver.hear('come in', () => peer.send('come in', { room }));
    }),
  },
  {
    name: 'rooms: who comes and goes is told',
    needs: { support: ['create-room', 'channels', 'members'], peer: ['join', 'leave'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await open(driver, 'station');
      await driver.witness(
        'the peer comes',
        async () => peer.join?.(room),
        () => memberIn(driver, room, keyIn(peer, room))?.state === 'joined',
      );
      await driver.witness(
        'the peer goes',
        async () => peer.leave?.(room),
        () => gone(driver, room, keyIn(peer, room)),
      );
    }),
  },
  {
    name: 'rooms: the members are listed',
    needs: { support: ['create-room', 'channels', 'members'], peer: ['join'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await open(driver, 'club');
      await peer.join?.(room);
      const page = await driver.ask((signal) =>
        driver.session.query('members', { conversation: room }, signal),
      );
      driver.host.take(page.batch, false);
      assert.equal(memberIn(driver, room, keyIn(peer, room))?.state, 'joined');
      const own = [...driver.ledger.members.values()].filter(({ self }) => self === true);
      assert.equal(own.length, 1, 'we are not among them');
    }),
  },
  {
    name: 'rooms: the topic is set',
    needs: { support: ['create-room', 'channels', 'topic'] },
    run: withDriver(async (driver) => {
      const room = await open(driver, 'forum');
      await changeRoom(driver, room, { action: 'topic', text: 'cats' });
      await driver.witness(
        'the topic',
        () => {},
        () => driver.ledger.conversations.get(room)?.topic === 'cats',
      );
    }),
  },
  {
    name: 'rooms: a member is kicked, and banned',
    needs: { support: ['create-room', 'channels', 'kick', 'ban'], peer: ['join'] },
    run: withDriver(async (driver, { peer }) => {
      const room = await open(driver, 'pub');
      for (const action of ['kick', 'ban'] as const) {
        await peer.join?.(room);
        await changeRoom(driver, room, { action, member: keyIn(peer, room) });
        await driver.witness(
          `the ${action}`,
          () => {},
          () => gone(driver, room, keyIn(peer, room)) || driver.endings.length > 0,
        );
      }
      await assert.rejects(async () => peer.join?.(room), 'a banned peer came in');
    }),
  },
  {
    name: 'rooms: one is left',
    needs: { support: ['create-room', 'channels'] },
    run: withDriver(async (driver) => {
      const room = await open(driver, 'bus');
      await changeRoom(driver, room, { action: 'leave' });
      const left = (): boolean => [undefined, 'left'].includes(driver.ledger.conversations.get(room)?.state);
      await driver.witness(
        'we are out',
        () => {},
        () => left() || driver.endings.length > 0,
      );
    }),
  },
  {
    name: 'rooms: what one may not do is refused as forbidden or not found',
    needs: { support: ['kick', 'join-room', 'channels'], peer: ['open'] },
    run: withDriver(async (driver, { peer }) => {
      const address = (await peer.open?.('palace')) ?? '';
      const room = await changeRoom(driver, null, { action: 'join', address });
      const outcome = await driver.judged(
        { type: 'room', change: { action: 'kick', member: peer.key } },
        room,
      );
      assert.equal(outcome.result, 'refused');
      assert.ok('error' in outcome && ['forbidden', 'not-found'].includes(outcome.error.code));
    }),
  },
];

function open(driver: Driver, name: string): Promise<RemoteKey> {
  return openRoom(driver, { action: 'create', name, kind: 'channel', invite: [] });
}

function keyIn(peer: Peer, room: RemoteKey): RemoteKey {
  return peer.keyIn?.(room) ?? peer.key;
}

function gone(driver: Driver, room: RemoteKey, key: RemoteKey): boolean {
  return [undefined, 'left', 'banned'].includes(memberIn(driver, room, key)?.state);
}
