import { remoteKey, type RemoteKey } from '@natter/core/model';

/** Where something stands in a history: the id and the `server-time` (milliseconds) of a message, as far as they are known. */
export interface HistoryPoint {
  readonly id: RemoteKey | null;
  readonly time: number | null;
  /** The id that was derived of it beside the server's own. */
  readonly derived?: RemoteKey | undefined;
}

/** The point as a durable text; {@link readPoint} reads it. */
export function writePoint({ id, time, derived }: HistoryPoint): string {
  const tail = derived === undefined ? '' : `\t${derived}`;
  return `${time === null ? '-' : new Date(time).toISOString()} ${id ?? ''}${tail}`;
}

/** Reads what {@link writePoint} wrote; null for anything else. */
export function readPoint(text: string): HistoryPoint | null {
  const [, timeText = '', id = '', derived] = /^(-|\d{4}-\S+Z) ([^\t]*)(?:\t(.*))?$/s.exec(text) ?? [];
  const time = Date.parse(timeText);
  if (id === '' && Number.isNaN(time)) return null;
  return {
    id: id === '' ? null : remoteKey(id),
    time: Number.isNaN(time) ? null : time,
    ...(derived === undefined ? {} : { derived: remoteKey(derived) }),
  };
}

/**
 * The id of a message whose server gives none, made of what every copy of it says alike: the server's time to the second
 * (text files of soju tell no more), the sender, the words, and how many of the same came before it in that second. The
 * same message comes under it from a bouncer's buffer, from history and live.
 */
export function derivedId(time: number, sender: string, text: string, before: number): RemoteKey {
  const second = `${new Date(time).toISOString().slice(0, -5)}Z`;
  return remoteKey(`time:${second}:${fingerprint(`${sender} ${text}`)}${before === 0 ? '' : `.${before}`}`);
}

const DERIVED = /^time:(\d{4}-[\d-]+T[\d:.]+Z):[0-9a-z]+(?:\.\d+)?$/;

/** Whether the server knows the message by this id. */
export function isServerId(id: string): boolean {
  return !DERIVED.test(id);
}

/** The time that a derived id tells; null for an id of the server. */
export function derivedTime(id: string): number | null {
  const time = DERIVED.exec(id)?.[1];
  return time === undefined ? null : Date.parse(time);
}

/** draft/chathistory: a point as a message reference of a kind that the server takes (ISUPPORT `MSGREFTYPES`); null for none. */
export function reference({ id, time }: HistoryPoint, kinds: readonly ReferenceKind[]): string | null {
  for (const kind of kinds) {
    if (kind === 'msgid' && id !== null && isServerId(id)) return `msgid=${id}`;
    if (kind === 'timestamp' && time !== null) return `timestamp=${new Date(time).toISOString()}`;
  }
  return null;
}

/** How a message can be referred to. */
export type ReferenceKind = 'msgid' | 'timestamp';

/** ISUPPORT `MSGREFTYPES`, in the server's order of preference; both where it says nothing. */
export function referenceKinds(token: string | undefined): readonly ReferenceKind[] {
  const kinds = (token ?? 'msgid,timestamp').split(',');
  return kinds.filter((kind) => kind === 'msgid' || kind === 'timestamp');
}

/** Two rounds of FNV-1a (32 bits each) over UTF-16 units: tells texts of one sender and millisecond apart, and no more. */
function fingerprint(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ ((unit << 5) | (unit >>> 11)), 0x01000193);
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36);
}
