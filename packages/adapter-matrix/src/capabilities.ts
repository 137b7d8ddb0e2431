import type { Capabilities } from '@natter/core/model';

/** Longest text of one send: an event has at most 65,536 bytes, and formatting says the text a second time. */
export const TEXT_BYTES = 30_000;

/** What the adapter can do on any homeserver. */
export const NETWORK_CAPABILITIES: Capabilities = {
  support: {
    register: 'full',
    devices: 'full',
    'change-password': 'full',
    unregister: 'full',
    roster: 'full', // made of direct conversations
    'roster-edit': 'full',
    'roster-groups': 'full',
    subscriptions: 'full',
    block: 'full',
    presence: 'partial', // where the server has it
    'presence-own': 'partial', // no difference between away and busy
    'presence-text': 'full',
    profile: 'full',
    'own-avatar': 'full',
    avatars: 'full',
    direct: 'full',
    groups: 'full',
    channels: 'full',
    'create-room': 'full',
    'join-room': 'full',
    'list-rooms': 'full',
    invite: 'full',
    kick: 'full',
    ban: 'full',
    roles: 'full',
    topic: 'full',
    'room-avatar': 'full',
    members: 'full',
    pin: 'full',
    'own-view': 'full', // push rules and tags
    formatting: 'full',
    reply: 'full',
    thread: 'full',
    mention: 'full',
    edit: 'full',
    retract: 'full',
    react: 'full',
    attachments: 'full',
    history: 'full',
    'receipts-read': 'full',
    'read-marker': 'full',
    typing: 'full',
    'own-echo': 'full',
  },
  limits: { textBytes: TEXT_BYTES },
  resend: 'idempotent',
  order: 'archive',
  catchUp: 'account',
};

/** The most that the adapter can do, with a place for keys or without. */
export function networkCapabilities(encrypts: boolean): Capabilities {
  if (!encrypts) return NETWORK_CAPABILITIES;
  return { ...NETWORK_CAPABILITIES, support: { ...NETWORK_CAPABILITIES.support, encryption: 'full' } };
}

/**
 * The capabilities of an account on a server that takes files of this size (bytes), tells who is there or not, and tells what
 * the blocked have said once they are let in, or never.
 */
export function accountCapabilities({
  fileBytes,
  encrypts,
  presence,
  forgetsIgnored,
}: {
  readonly fileBytes: number | null;
  readonly encrypts: boolean;
  readonly presence: boolean;
  readonly forgetsIgnored: boolean;
}): Capabilities {
  const { limits, support, ...others } = networkCapabilities(encrypts);
  return {
    ...others,
    support: {
      ...support,
      ...(presence ? {} : { presence: 'none', 'presence-text': 'none' }),
      ...(forgetsIgnored ? {} : { block: 'partial' }),
    },
    limits: fileBytes === null ? limits : { ...limits, fileBytes },
  };
}

/** The capabilities of a space, which holds rooms and no messages. */
export const SPACE_CAPABILITIES: Capabilities = {
  ...NETWORK_CAPABILITIES,
  support: { invite: 'full', kick: 'full', ban: 'full', roles: 'full', topic: 'full', members: 'full' },
};
