import type { ContactId, RosterAction } from '@natter/core';
import type { Arguments } from '../../command-line/arguments.ts';
import type { Command } from '../../command-line/command.ts';
import { changeRoster } from '../../link/changes.ts';
import { resolveContact } from '../../link/resolve.ts';

/** A command that changes the contact of its first argument. */
function contactChange(change: (contact: ContactId, given: Arguments) => RosterAction): Command {
  return async (context) => {
    const link = await context.link();
    const { contact, account } = await resolveContact(
      link,
      context.given.word(0),
      context.given.text('account'),
    );
    return changeRoster(context, link, account, change(contact, context.given));
  };
}

/** `natter contact accept CONTACT`. */
export const acceptContact: Command = contactChange((contact) => ({ action: 'accept', contact }));
/** `natter contact deny CONTACT`. */
export const denyContact: Command = contactChange((contact) => ({ action: 'deny', contact }));
/** `natter contact remove CONTACT`. */
export const removeContact: Command = contactChange((contact) => ({ action: 'remove', contact }));
/** `natter contact block CONTACT`. */
export const blockContact: Command = contactChange((contact) => ({ action: 'block', contact }));
/** `natter contact unblock CONTACT`. */
export const unblockContact: Command = contactChange((contact) => ({ action: 'unblock', contact }));

/** `natter contact rename CONTACT [NAME]`. */
export const renameContact: Command = contactChange((contact, given) => ({
  action: 'rename',
  contact,
  alias: given.optionalWord(1)?.trim() || null,
}));

/** `natter contact group CONTACT [GROUP]...`. */
export const groupContact: Command = contactChange((contact, given) => ({
  action: 'groups',
  contact,
  groups: given.words(1),
}));
