import type { Role } from '@natter/core/model';
import { get, getMap, isMap, type Json, type JsonMap } from '../wire/json.ts';

/** Who may do what in a room: `m.room.power_levels` with its defaults (Matrix 1.16, section "m.room.power_levels"). */
export interface Power {
  /** The content of the event; null before there is one. */
  readonly content: JsonMap | null;
  /** Who made the room: up to room version 11 only while there is no event, from 12 on above all others. */
  readonly creators: readonly string[];
  readonly privileged: boolean;
}

/** What power levels are asked for, and what is needed where nothing is said. */
const DEFAULTS = { redact: 50, kick: 50, ban: 50, invite: 0, state_default: 50, events_default: 0 } as const;

/** Rooms whose creators stand above all power levels. */
export function hasPrivilegedCreators(version: string): boolean {
  return /^\d+$/.test(version) && Number(version) >= 12;
}

/** The power level of a user. */
export function levelOf({ content, creators, privileged }: Power, userId: string): number {
  if (privileged && creators.includes(userId)) return Number.POSITIVE_INFINITY;
  if (content === null) return creators.includes(userId) ? 100 : 0;
  return level(get(getMap(content, 'users'), userId)) ?? level(get(content, 'users_default')) ?? 0;
}

/** The level that something needs. */
export function neededLevel({ content }: Power, what: keyof typeof DEFAULTS): number {
  return level(get(content ?? undefined, what)) ?? DEFAULTS[what];
}

/** The level that `@room` needs. */
export function roomMentionLevel({ content }: Power): number {
  return level(get(getMap(content ?? undefined, 'notifications'), 'room')) ?? 50;
}

/** The nearest role. */
export function roleOf(power: Power, userId: string): Role {
  const own = levelOf(power, userId);
  if (own >= 100) return power.creators.includes(userId) ? 'owner' : 'admin';
  if (own >= neededLevel(power, 'kick') && own > 0) return 'moderator';
  return own >= neededLevel(power, 'events_default') ? 'member' : 'visitor';
}

const LEVELS: Readonly<Record<Role, number | null>> = {
  owner: 100,
  admin: 100,
  moderator: 50,
  member: 0,
  visitor: -1,
  none: null,
};

/** The power levels after a user got a role; null for a role that power levels cannot say. */
export function withRole({ content }: Power, userId: string, role: Role): JsonMap | null {
  const wanted = LEVELS[role];
  if (wanted === null) return null;
  const users = Object.entries(getMap(content ?? undefined, 'users') ?? {}).filter(([id]) => id !== userId);
  return { ...content, users: Object.fromEntries([...users, [userId, wanted]]) };
}

/** Users whose level is said, in one of two states. */
export function namedUsers(...contents: readonly (JsonMap | null)[]): ReadonlySet<string> {
  return new Set(contents.flatMap((content) => Object.keys(getMap(content ?? undefined, 'users') ?? {})));
}

/** Old rooms have levels as text. */
function level(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^\s*-?\d{1,16}\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** Reads what was kept. */
export function readPower(value: Json | undefined): Power {
  const map = isMap(value) ? value : {};
  const creators = get(map, 'creators');
  return {
    content: getMap(map, 'content') ?? null,
    creators: Array.isArray(creators) ? creators.filter((each) => typeof each === 'string') : [],
    privileged: get(map, 'privileged') === true,
  };
}
