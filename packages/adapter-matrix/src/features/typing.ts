import type { Ephemeral } from '@natter/core';
import { isUserId, keyOf } from '../mapping/keys.ts';
import { getList, getMap, type JsonMap } from '../wire/json.ts';

/** A server tells everybody who types at each change and at least this often (milliseconds). */
const FORGET_AFTER = 35_000;

/** Who types where. */
export class Typing {
  readonly #active = new Map<string, ReadonlySet<string>>();

  /** The server tells all who type; who is not among them has stopped. */
  take(
    roomId: string,
    event: JsonMap,
    { self, nameOf, now }: { self: string; nameOf: (userId: string) => string | null; now: number },
  ): Ephemeral[] {
    const told = getList(getMap(event, 'content'), 'user_ids').filter(isUserId);
    const active = new Set(told.filter((userId) => userId !== self));
    const before = this.#active.get(roomId) ?? new Set<string>();
    if (active.size === 0) this.#active.delete(roomId);
    else this.#active.set(roomId, active);
    const hint = (userId: string, isActive: boolean): Ephemeral => ({
      type: 'typing',
      conversation: keyOf(roomId),
      key: keyOf(userId),
      name: nameOf(userId),
      active: isActive,
      expiresAt: now + FORGET_AFTER,
    });
    const stopped = [...before].filter((userId) => !active.has(userId));
    return [
      ...[...active].map((userId) => hint(userId, true)),
      ...stopped.map((userId) => hint(userId, false)),
    ];
  }
}
