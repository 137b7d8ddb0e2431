import assert from 'node:assert/strict';
import type { MemberIn, RemoteKey, RoomChange } from '@natter/core';
import type { Driver } from './driver.ts';

/** Opens a room and waits until it is known here. */
export async function openRoom(
  driver: Driver,
  what: RoomChange & { readonly action: 'create' },
): Promise<RemoteKey> {
  const room = await changeRoom(driver, null, what);
  await driver.witness(
    'the room is ours',
    () => {},
    () => driver.ledger.conversations.has(room),
  );
  return room;
}

/** Carries a change out. Where the network cannot tell whether it did, it is looked at, or asked for again. */
export async function changeRoom(
  driver: Driver,
  room: RemoteKey | null,
  what: RoomChange,
): Promise<RemoteKey> {
  for (;;) {
    const outcome = await driver.perform({ type: 'room', change: what }, room);
    if (outcome.result === 'accepted')
      return outcome.conversation ?? room ?? assert.fail('it does not tell which room it is');
    if (outcome.result !== 'unconfirmed') return assert.fail(`${what.action} was ${JSON.stringify(outcome)}`);
    if (what.action !== 'create') continue;
    const created = (): RemoteKey | undefined =>
      [...driver.ledger.conversations].find(([, { title }]) => title === what.name)?.[0];
    await driver.until('the room', () => created() !== undefined);
    return created() ?? assert.fail();
  }
}

/** A member as it was told last. */
export function memberIn(driver: Driver, room: RemoteKey, key: RemoteKey): MemberIn | undefined {
  return driver.ledger.members.get(`${room} ${key}`);
}
