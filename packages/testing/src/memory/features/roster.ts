import type { RosterChange } from '@natter/core';
import type { Command } from '../network/protocol.ts';

/** What the server is asked for a change of the contact list. */
export function rosterCommand(change: RosterChange): Command {
  switch (change.action) {
    case 'add': {
      const { address, alias = null, groups = [], text = null } = change;
      return { do: 'roster-add', address, alias, groups, text };
    }
    case 'accept':
    case 'deny':
      return { do: 'roster-answer', address: change.contact, granted: change.action === 'accept' };
    case 'remove':
      return { do: 'roster-remove', address: change.contact };
    case 'block':
    case 'unblock':
      return { do: 'roster-block', address: change.contact, blocked: change.action === 'block' };
    case 'rename':
    case 'groups':
      return { do: 'roster-set', address: change.contact, alias: change.alias, groups: change.groups };
  }
}
