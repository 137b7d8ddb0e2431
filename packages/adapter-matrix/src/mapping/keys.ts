import { remoteKey, type RemoteKey } from '@natter/core/model';

/** The longest id that Matrix allows, in characters here: longer ones are nobody's (Matrix 1.16, appendix 4). */
const MOST_CHARACTERS = 255;

function isId(text: unknown, sigil: string): text is string {
  return (
    typeof text === 'string' &&
    text.length > 1 &&
    text.length <= MOST_CHARACTERS &&
    text.startsWith(sigil) &&
    // Spaces and control characters would not survive a terminal, halves of a pair not the store.
    !/[\s\p{Cc}]/u.test(text) &&
    text.isWellFormed()
  );
}

/** `@localpart:server`. */
export function isUserId(text: unknown): text is string {
  return isId(text, '@') && text.indexOf(':') > 0 && !text.endsWith(':');
}

/** `!opaque:server`, or `!opaque` from room version 12 on. */
export function isRoomId(text: unknown): text is string {
  return isId(text, '!');
}

/** `#name:server`. */
export function isRoomAlias(text: unknown): text is string {
  return isId(text, '#') && text.indexOf(':') > 0;
}

/** `$opaque`. */
export function isEventId(text: unknown): text is string {
  return isId(text, '$');
}

/** What stands behind the first colon. */
export function serverNameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** `localpart` of a user id. */
export function localpartOf(userId: string): string {
  return userId.slice(1, userId.indexOf(':'));
}

/** An address as a person types it: `@user:server`, the same without `@`, or a matrix.to or matrix: link; null for none. */
export function readAddress(text: string): string | null {
  const typed = text.trim();
  const linked = /^https:\/\/matrix\.to\/#\/([^?]+)/.exec(typed)?.[1] ?? typed.replace(/^matrix:u\//, '@');
  const decoded = decode(linked);
  const whole = /^[@#!]/.test(decoded) ? decoded : `@${decoded}`;
  return isUserId(whole) ? whole : null;
}

/** A room as a person names it, and servers by which it is found. */
export interface RoomAddress {
  readonly room: string;
  readonly via: readonly string[];
}

/** `#name:server`, `!id`, or a matrix.to or matrix: link to one, which may say by whom it is found; null for none. */
export function readRoomAddress(text: string): RoomAddress | null {
  const typed = text.trim();
  const link = /^(?:https:\/\/matrix\.to\/#\/|matrix:(r\/|roomid\/))([^?/]+)[^?]*(?:\?(.*))?$/.exec(typed);
  const [, kind, named = typed, query = ''] = link ?? [];
  const sigil = kind === 'r/' ? '#' : kind === 'roomid/' ? '!' : '';
  const room = `${sigil}${decode(named)}`;
  if (!isRoomAlias(room) && !isRoomId(room)) return null;
  const told = new URLSearchParams(query)
    .getAll('via')
    .filter((server) => /^[\w.:[\]-]{1,255}$/.test(server));
  const via = told.length > 0 ? told.slice(0, 10) : room.includes(':') ? [serverNameOf(room)] : [];
  return { room, via };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An id of the network as a key. */
export function keyOf(id: string): RemoteKey {
  return remoteKey(id);
}
