import type { Capabilities, SupportKey, SupportLevel } from '@natter/core';

/** The three kinds of network there are, as far as the hub can tell them apart. */
export type ProfileName = 'total' | 'archive' | 'arrival';

/** What a memory network is like. */
export interface Profile {
  readonly name: ProfileName;
  readonly capabilities: Capabilities;
  /** Whether the server answers a send and shows it to the sender's devices. */
  readonly acknowledges: boolean;
  /** Whether it keeps messages for who is away. */
  readonly keeps: boolean;
  /** The most messages of one conversation that a sync brings; more leave a gap. */
  readonly syncLimit: number;
  /** The longest text of one wire message, in UTF-8 bytes. */
  readonly textBytes: number;
}

/** Says `full` for each. */
function full(...keys: readonly SupportKey[]): Partial<Record<SupportKey, SupportLevel>> {
  return Object.fromEntries(keys.map((key) => [key, 'full']));
}

const rooms = [
  'direct',
  'groups',
  'channels',
  'create-room',
  'join-room',
  'list-rooms',
  'invite',
  'kick',
  'ban',
  'roles',
  'topic',
  'members',
] as const;

const rich = [
  ...rooms,
  ...([
    'register',
    'profile',
    'roster',
    'roster-edit',
    'roster-groups',
    'subscriptions',
    'block',
    'presence',
    'presence-own',
  ] as const),
  ...([
    'presence-text',
    'profile',
    'reply',
    'thread',
    'mention',
    'edit',
    'retract',
    'react',
    'formatting',
    'thread',
    'attachments',
    'history',
  ] as const),
  ...(['receipts-delivered', 'receipts-read', 'read-marker', 'typing', 'own-echo'] as const),
] as const;

/** Three networks: `total` is like natter's own, `archive` like XMPP and Matrix, `arrival` like IRC. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  total: {
    name: 'total',
    capabilities: {
      support: full(...rich),
      limits: { textBytes: 4000, fileBytes: 1_000_000 },
      resend: 'idempotent',
      order: 'total',
      catchUp: 'account',
    },
    acknowledges: true,
    keeps: true,
    syncLimit: Infinity,
    textBytes: 4000,
  },
  archive: {
    name: 'archive',
    capabilities: {
      support: full(...rich),
      limits: { textBytes: 4000, fileBytes: 1_000_000 },
      resend: 'verify',
      order: 'archive',
      catchUp: 'account',
    },
    acknowledges: true,
    keeps: true,
    syncLimit: 3,
    textBytes: 4000,
  },
  arrival: {
    name: 'arrival',
    capabilities: {
      support: full(...rooms),
      limits: { textBytes: 1000 },
      resend: 'never',
      order: 'arrival',
      catchUp: 'none',
    },
    acknowledges: false,
    keeps: false,
    syncLimit: 0,
    textBytes: 100,
  },
};
