import type { Capabilities, SupportKey } from '@natter/core';
import type { Welcome } from '@natter/native-protocol';

/** Everything that the native network does through this adapter. What is absent is not there. */
export const networkCapabilities: Capabilities = {
  support: {
    register: 'full',
    roster: 'full',
    'roster-edit': 'full',
    'roster-groups': 'full',
    subscriptions: 'full',
    block: 'full',
    presence: 'full',
    'presence-own': 'full',
    'presence-text': 'full',
    'own-avatar': 'full',
    avatars: 'full',
    direct: 'full',
    groups: 'full',
    'create-room': 'full',
    // By the id of a group that has invited us; there are no public ones.
    'join-room': 'partial',
    invite: 'full',
    kick: 'full',
    ban: 'full',
    roles: 'full',
    topic: 'full',
    'room-avatar': 'full',
    pin: 'full',
    expiry: 'full',
    members: 'full',
    formatting: 'partial',
    reply: 'full',
    thread: 'full',
    mention: 'full',
    edit: 'full',
    retract: 'full',
    react: 'full',
    attachments: 'full',
    history: 'full',
    search: 'full',
    'receipts-delivered': 'full',
    'receipts-read': 'full',
    'read-marker': 'full',
    typing: 'full',
    'own-echo': 'full',
    devices: 'full',
    'change-password': 'full',
    unregister: 'full',
  },
  limits: {},
  resend: 'idempotent',
  order: 'total',
  catchUp: 'account',
};

/** The parts that an older server may lack, by the names under which servers tell of them. */
const parts: readonly (readonly [feature: string, key: SupportKey])[] = [
  ['pins', 'pin'],
  ['expiry', 'expiry'],
  ['group-icons', 'room-avatar'],
  ['pictures', 'own-avatar'],
  ['pictures', 'avatars'],
  ['search', 'search'],
];

/** The same with the bounds of one server. It counts UTF-16 units, of which UTF-8 never has fewer bytes. */
export function accountCapabilities({
  limits,
  features,
}: Pick<Welcome, 'limits' | 'features'>): Capabilities {
  const { textLength, groupMembers, fileBytes, editAge, retractAge } = limits;
  const absent = parts
    .filter(([feature]) => !features.includes(feature))
    .map(([, key]) => [key, 'none'] as const);
  return {
    ...networkCapabilities,
    support: {
      ...networkCapabilities.support,
      ...(fileBytes === undefined ? { attachments: 'none' } : {}),
      ...Object.fromEntries(absent),
    },
    limits: {
      textBytes: textLength,
      ...(groupMembers === undefined ? {} : { members: groupMembers }),
      ...(fileBytes === undefined ? {} : { fileBytes }),
      ...(editAge === undefined ? {} : { editAge }),
      ...(retractAge === undefined ? {} : { retractAge }),
    },
  };
}
