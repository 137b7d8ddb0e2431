import type { ContactResult, RequestFrame } from '@natter/native-protocol';
import { Refusal } from '../ports/refusal.ts';
import type { RosterAction } from '../ports/rosters.ts';
import type { Command, MemberContext } from './command.ts';
import { accountAt } from './lookup.ts';

type ContactRequestType =
  | 'contact-request'
  | 'contact-accept'
  | 'contact-deny'
  | 'contact-remove'
  | 'contact-block'
  | 'contact-unblock'
  | 'contact-update';

/** Does one thing to the relation with somebody; `transition` has the rules. */
async function change(context: MemberContext, address: string, action: RosterAction): Promise<ContactResult> {
  const { services, member } = context;
  const contact = await accountAt(services, address);
  if (contact.id === member.account.id)
    throw new Refusal('invalid', 'You cannot be your own contact.', { field: 'address' });
  const changed = await services.storage.directory.rosters.change(member.account.id, contact.id, action);
  for (const { watcher, watched, allowed } of changed.access) {
    services.storage.bus.publish(watcher, { kind: 'access', watched, allowed });
  }
  return { contact: changed.contact, version: changed.version };
}

function command<T extends ContactRequestType>(
  actionOf: (frame: RequestFrame<T>) => RosterAction,
): Command<T> {
  return {
    needs: 'member',
    exclusive: true,
    handle: (context, frame) => change(context, frame.address, actionOf(frame)),
  };
}

export const contactRequest: Command<'contact-request'> = command(({ text, alias, groups }) => ({
  type: 'request',
  ...(text === undefined ? {} : { text }),
  ...(alias === undefined ? {} : { alias }),
  ...(groups === undefined ? {} : { groups }),
}));
export const contactAccept: Command<'contact-accept'> = command(() => ({ type: 'accept' }));
export const contactDeny: Command<'contact-deny'> = command(() => ({ type: 'deny' }));
export const contactRemove: Command<'contact-remove'> = command(() => ({ type: 'remove' }));
export const contactBlock: Command<'contact-block'> = command(() => ({ type: 'block' }));
export const contactUnblock: Command<'contact-unblock'> = command(() => ({ type: 'unblock' }));
export const contactUpdate: Command<'contact-update'> = command(({ alias, groups }) => ({
  type: 'update',
  ...(alias === undefined ? {} : { alias }),
  ...(groups === undefined ? {} : { groups }),
}));
