import type { Event } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { bareAddress, parseAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';

/** An invitation into a room. */
export interface Invitation {
  readonly room: RemoteKey;
  /** Who invites, where that is told. */
  readonly inviter: RemoteKey | null;
  readonly password: string | null;
}

/**
 * Reads an invitation by way of the room (XEP-0045 section 7.8.2), which only the room itself can send, or a direct one
 * (XEP-0249); null for what is none.
 */
export function readInvitation(message: Element): Invitation | null {
  const type: unknown = message.attrs['type'];
  if (type === 'groupchat' || type === 'error') return null;
  const from = parseAddress(message.attrs['from']);
  const sender = bareAddress(message.attrs['from']);
  if (from === null || sender === null) return null;
  const x = message.getChild('x', NS.mucUser);
  const invite = x?.getChild('invite');
  if (invite !== undefined && from.resource === '' && from.local !== '') {
    const inviter = bareAddress(invite.attrs['from']);
    return {
      room: remoteKey(sender),
      inviter: inviter === null ? null : remoteKey(inviter),
      password: x?.getChildText('password') ?? null,
    };
  }
  const direct = message.getChild('x', NS.conference);
  const room = parseAddress(direct?.attrs['jid']);
  const address = bareAddress(direct?.attrs['jid']);
  if (room === null || address === null || room.local === '' || x !== undefined) return null;
  const password: unknown = direct?.attrs['password'];
  return {
    room: remoteKey(address),
    inviter: remoteKey(sender),
    password: typeof password === 'string' ? password : null,
  };
}

/** The conversation that we are invited to. */
export function invitedEvent({ room }: Invitation): Event {
  return { type: 'upsert', of: 'conversation', key: room, value: { kind: 'group', state: 'invited' } };
}
