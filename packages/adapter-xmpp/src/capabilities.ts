import type { Capabilities } from '@natter/core/model';
import type { DiscoInfo } from './mapping/disco.ts';

/** Bytes of text in one message. Servers cut streams whose stanza is too large, some from 64 KiB on, escapes included. */
export const TEXT_BYTES: number = 32 * 1024;

/** What the adapter can do where the server has all it asks for. */
export const NETWORK_CAPABILITIES: Capabilities = {
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
    profile: 'full',
    'own-avatar': 'partial', // no larger than the server takes in one piece
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
    members: 'full',
    formatting: 'partial', // what others write is read
    reply: 'full',
    edit: 'full',
    retract: 'partial', // a request that the other side's client may ignore
    react: 'full',
    attachments: 'full',
    history: 'full',
    'receipts-delivered': 'full',
    'receipts-read': 'full',
    'read-marker': 'full',
    typing: 'full',
    'own-echo': 'full',
  },
  limits: { textBytes: TEXT_BYTES },
  resend: 'verify',
  order: 'archive',
  catchUp: 'account',
};

/** What a server was found to offer. */
export interface ServerFeatures {
  readonly archive: boolean;
  /** The archive gives single messages by their ids (`urn:xmpp:mam:2#extended`). */
  readonly archiveById: boolean;
  readonly carbons: boolean;
  readonly blocking: boolean;
  /** The account keeps what its devices share (XEP-0163). */
  readonly personal: boolean;
  /** What is published as our picture, the server puts into our vcard and presence as well (XEP-0398). */
  readonly avatarConversion: boolean;
  /** What the server says of itself, which may be a service as well. */
  readonly itself: DiscoInfo;
}

/** The capabilities of an account on a server with these features. */
export function accountCapabilities({ archive, carbons, blocking, personal }: ServerFeatures): Capabilities {
  const { support } = NETWORK_CAPABILITIES;
  return {
    ...NETWORK_CAPABILITIES,
    support: {
      ...support,
      ...(archive ? {} : { history: 'none' }),
      ...(carbons ? {} : { 'own-echo': archive ? 'partial' : 'none', 'read-marker': 'none' }),
      // Pictures are in the vcard then (XEP-0153).
      ...(personal ? {} : { profile: 'none', avatars: 'partial' }),
      ...(blocking ? {} : { block: 'none' }),
    },
    // Without an archive nobody can tell in which order things went, or what was missed. What became of a message the
    // count of a managed session may still know.
    ...(archive ? {} : { order: 'arrival', catchUp: 'none' }),
  };
}
