import type { ChangeItem } from '@natter/core';
import type { JsonItem } from '../output.ts';
import { messageItem } from './message.ts';
import { presenceFields } from './person.ts';

/**
 * A line of `natter watch`. A message has one line of type `message`, when it is new; what happens to it later comes as
 * `message-changed`, so that counting messages is counting lines.
 */
export function changeItem(change: ChangeItem): JsonItem {
  switch (change.type) {
    case 'message':
      return change.what === 'new'
        ? messageItem(change.message)
        : { ...messageItem(change.message), type: 'message-changed', change: change.what };
    case 'receipt': {
      const { account, conversation, message, state, by } = change;
      return { type: 'receipt', account, conversation, message, state, by };
    }
    case 'contact': {
      const { id, account, network, address, name, alias, groups, subscription, blocked, listed, request } =
        change.contact;
      return {
        type: 'contact',
        id,
        account,
        network,
        address,
        name: alias ?? name,
        groups,
        subscription,
        blocked,
        listed,
        request,
        presence: presenceFields(change.contact.presence),
      };
    }
    case 'operation': {
      const { id, account, conversation, body, state, message, error } = change.operation;
      return { type: 'operation', id, account, conversation, action: body.type, state, message, error };
    }
    case 'presence': {
      const { account, network, contact, address, presence } = change;
      return {
        type: 'presence',
        account,
        network,
        contact,
        address,
        availability: presence.availability,
        text: presence.text,
      };
    }
    case 'typing': {
      const { account, conversation, from, name, active } = change;
      return { type: 'typing', account, conversation, from, name, active };
    }
    case 'connection': {
      const { id, network, address, state } = change.account;
      return { type: 'connection', account: id, network, address, state: state.phase, error: change.error };
    }
  }
}
