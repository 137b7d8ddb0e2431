import type { Op, RoomChange } from '@natter/core';
import { Refusal, type Command } from '../network/protocol.ts';

/** What the server is asked for a change of a room. */
export function roomCommand(op: Op, change: RoomChange): Command {
  switch (change.action) {
    case 'join':
      return { do: 'room-join', room: change.address };
    case 'create': {
      const { kind, name, topic = null, invite } = change;
      return { do: 'room-create', kind, name, topic, invite, clientId: op.id };
    }
    case 'accept-invitation':
      return { do: 'room-join', room: roomOf(op) };
    case 'leave':
    case 'decline-invitation':
      return { do: 'room-leave', room: roomOf(op) };
    case 'invite':
      return { do: 'room-invite', room: roomOf(op), address: change.contact };
    case 'kick':
    case 'ban':
    case 'unban':
      return { do: 'room-remove', room: roomOf(op), address: change.member, how: change.action };
    case 'role':
      return { do: 'room-role', room: roomOf(op), address: change.member, role: change.role };
    case 'topic':
    case 'title':
      return { do: 'room-text', room: roomOf(op), what: change.action, text: change.text };
    case 'avatar':
    case 'pin':
    case 'unpin':
    case 'expiry':
    case 'own-view':
      throw new Refusal('unsupported', `this network has no ${change.action}`);
  }
}

function roomOf(op: Op): string {
  if (typeof op.conversation === 'string') return op.conversation;
  throw new Refusal('invalid', 'this needs a room');
}
