import type { ChangeItem } from '@natter/core';
import { oneLine } from '../sanitise.ts';
import type { Style } from '../style.ts';
import { messageText } from './message.ts';

/** A line of `natter watch` as people read it. */
export function changeText(change: ChangeItem, style: Style): string {
  switch (change.type) {
    case 'message': {
      const text = messageText(change.message, style);
      return change.what === 'new' ? text : `${style.faint(`[${change.what}]`)} ${text}`;
    }
    case 'receipt':
      return style.faint(`${change.state} by ${oneLine(change.by)}`);
    case 'contact': {
      const { network, address, subscription, listed } = change.contact;
      const state =
        subscription.from === 'pending'
          ? 'wants to be a contact'
          : listed
            ? 'contact changed'
            : 'contact removed';
      return style.faint(`${network}  ${oneLine(address)}  ${state}`);
    }
    case 'operation':
      return style.faint(`${change.operation.body.type}  ${change.operation.state}`);
    case 'presence': {
      const { network, address, presence } = change;
      const text = presence.text ? `  "${oneLine(presence.text)}"` : '';
      return style.faint(`${network}  ${oneLine(address)} is ${presence.availability}${text}`);
    }
    case 'typing':
      return style.faint(
        `${oneLine(change.name ?? change.from)} ${change.active ? 'is writing' : 'has stopped writing'}`,
      );
    case 'connection': {
      const { network, address, state } = change.account;
      const reason = change.error ? `: ${oneLine(change.error.message)}` : '';
      return style.faint(`${network}  ${oneLine(address)} ${state.phase}${reason}`);
    }
  }
}
