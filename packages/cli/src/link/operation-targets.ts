import type { ContactId, Operation } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { listConversations } from './list-conversations.ts';

/** Whom or what each of some operations is about, as people call it: an address, a room; `null` for our own account. */
export async function operationTargets(
  link: ClientLink,
  operations: readonly Operation[],
): Promise<(operation: Operation) => string | null> {
  const contacts = new Map<ContactId, string>();
  const conversations = new Map<Operation['conversation'], string>();
  if (operations.some((operation) => contactOf(operation) !== null))
    for (const { id, address } of await link.call('contact.list', {})) contacts.set(id, address);
  if (operations.some(({ conversation }) => conversation !== null))
    for (const { id, displayTitle } of await listConversations(link)) conversations.set(id, displayTitle);
  return (operation) => {
    const contact = contactOf(operation);
    const known = contact === null ? undefined : contacts.get(contact);
    return typedAddress(operation) ?? known ?? conversations.get(operation.conversation) ?? null;
  };
}

/** What the user typed for somebody or something that is not here yet. */
function typedAddress({ body }: Operation): string | null {
  if (!('change' in body)) return null;
  const { change } = body;
  if ('address' in change && change.address !== undefined) return change.address;
  return change.action === 'create' ? change.name : null;
}

function contactOf({ body }: Operation): ContactId | null {
  return body.type === 'roster' && 'contact' in body.change ? body.change.contact : null;
}
