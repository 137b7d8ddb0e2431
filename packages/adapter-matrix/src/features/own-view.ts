import type { Outcome, RoomChange } from '@natter/core';
import type { AuthorizedApi } from '../authorized-api.ts';
import { WireError } from '../wire/error.ts';

/**
 * Keeps what the user made of a room for their other devices. Muted is a push rule that comes before all others and does
 * nothing (Matrix 1.18, section "Push rules"); pinned is the tag of favourites (section "Room tagging").
 */
export async function setOwnView(
  api: AuthorizedApi,
  room: string,
  { muted, pinned }: Extract<RoomChange, { action: 'own-view' }>,
  signal: AbortSignal,
): Promise<Outcome> {
  const rule = (kind: string): readonly string[] => ['client', 'v3', 'pushrules', 'global', kind, room];
  const conditions = [{ kind: 'event_match', key: 'room_id', pattern: room }];
  if (muted === true)
    await api.call({ method: 'PUT', path: rule('override'), body: { conditions, actions: [] }, signal });
  if (muted === false)
    for (const kind of ['override', 'room'])
      await api.call({ method: 'DELETE', path: rule(kind), signal }).catch(notThere);
  const tag = ['client', 'v3', 'user', api.userId, 'rooms', room, 'tags', 'm.favourite'];
  if (pinned === true) await api.call({ method: 'PUT', path: tag, body: { order: 0.5 }, signal });
  if (pinned === false) await api.call({ method: 'DELETE', path: tag, signal }).catch(notThere);
  return { result: 'accepted', refs: [] };
}

/** What is not there need not be taken away. */
function notThere(error: unknown): void {
  if (!(error instanceof WireError) || error.status !== 404) throw error;
}
