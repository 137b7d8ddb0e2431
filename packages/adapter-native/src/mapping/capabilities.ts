import type { Capabilities } from '@natter/core';
import type { Limits } from '@natter/native-protocol';

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
    'receipts-delivered': 'full',
    'receipts-read': 'full',
    'read-marker': 'full',
    typing: 'full',
    'own-echo': 'full',
  },
  limits: {},
  resend: 'idempotent',
  order: 'total',
  catchUp: 'account',
};

/** The same with the bounds of one server. It counts UTF-16 units, of which UTF-8 never has fewer bytes. */
export function accountCapabilities(limits: Limits): Capabilities {
  const { textLength, groupMembers, fileBytes } = limits;
  return {
    ...networkCapabilities,
    support: { ...networkCapabilities.support, ...(fileBytes === undefined ? { attachments: 'none' } : {}) },
    limits: {
      textBytes: textLength,
      ...(groupMembers === undefined ? {} : { members: groupMembers }),
      ...(fileBytes === undefined ? {} : { fileBytes }),
    },
  };
}
