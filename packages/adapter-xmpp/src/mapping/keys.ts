import { remoteKey, type OperationId, type RemoteKey, type Target } from '@natter/core/model';

/**
 * The stable key of a message: the archive's id, whose message it is, and the id that its sender chose. The last two ride
 * along because XMPP refers to messages by the sender's id (XEP-0308, 0333, 0424, 0444), whatever the archive calls them.
 */
export interface MessageKey {
  readonly archiveId: string;
  readonly self: boolean;
  /** Null when the sender chose none. */
  readonly claimed: string | null;
}

/** Writes a {@link MessageKey}. The same message gives the same key live, as a carbon and from the archive. */
export function formatMessageKey({ archiveId, self, claimed }: MessageKey): RemoteKey {
  const parts = [encodeURIComponent(archiveId), self ? 'out' : 'in'];
  if (claimed !== null) parts.push(encodeURIComponent(claimed));
  return remoteKey(parts.join(' '));
}

/** Reads what {@link formatMessageKey} wrote. */
export function parseMessageKey(key: RemoteKey): MessageKey {
  const [archiveId = '', direction, claimed] = key.split(' ');
  return {
    archiveId: decodeURIComponent(archiveId),
    self: direction === 'out',
    claimed: claimed === undefined ? null : decodeURIComponent(claimed),
  };
}

/** The id by which the network refers to a message, or null when its sender chose none. */
export function referenceOf(target: Target): string | null {
  return 'stable' in target ? parseMessageKey(target.stable).claimed : target.claimed;
}

/** The id of an operation is the id of its stanza; whether there is such an operation is the hub's to know. */
export function operationOf(claimed: string | null): OperationId | null {
  return claimed !== null && /^o[0-9a-z]{16,64}$/.test(claimed) ? (claimed as OperationId) : null;
}

/** The stable key of a message in a room: the id that the room gave, which is what others refer to there (XEP-0359). */
export function formatRoomMessageKey(id: string): RemoteKey {
  return remoteKey(encodeURIComponent(id));
}

/** Reads what {@link formatRoomMessageKey} wrote. */
export function parseRoomMessageKey(key: RemoteKey): string {
  return parseMessageKey(key).archiveId;
}
