import type { Write } from '../ports/index.ts';
import type { Journal } from './journal.ts';
import type { MessageTables } from './message-tables.ts';
import type { ProfileTables } from './profile-tables.ts';

/** All tables of a profile in memory. */
export interface MemoryTables {
  readonly profile: ProfileTables;
  readonly messages: MessageTables;
}

type Put = Extract<Write, { put: unknown }>;
type Remove = Extract<Write, { remove: unknown }>;

/** Carries out one write. */
export function applyWrite(tables: MemoryTables, write: Write, journal: Journal): void {
  if ('put' in write) applyPut(tables, write, journal);
  else if ('remove' in write) applyRemove(tables, write, journal);
  else tables.messages.settle(write.settle, journal);
}

function applyPut({ profile, messages }: MemoryTables, write: Put, journal: Journal): void {
  switch (write.put) {
    case 'messages':
      return messages.put(write.values, write.areNew === true, journal);
    case 'changes':
      return profile.changes.add(write, journal);
    case 'conversation':
      return journal.set(profile.conversations, write.value.id, write.value);
    case 'cursor':
      return profile.putText('cursors', write.value, journal);
    case 'state':
      return profile.putText('states', write.value, journal);
    case 'account':
      return journal.set(profile.accounts, write.value.id, write.value);
    case 'contact':
      return journal.set(profile.contacts, write.value.id, write.value);
    case 'person':
      return journal.set(profile.persons, write.value.id, write.value);
    case 'distinction':
      return profile.putDistinction(write.value, journal);
    case 'alias':
      return profile.putAlias(write.value, journal);
    case 'member':
      return messages.putMember(write.conversation, write.value, journal);
    case 'message-alias':
      return messages.putAlias(write.value, journal);
    case 'orphan':
      return journal.set(profile.orphans, write.value.id, write.value);
    case 'operation':
      journal.set(profile.operationKeys, write.value.key, write.value.id);
      return journal.set(profile.operations, write.value.id, write.value);
    case 'gap':
      return profile.putGap(write.value, journal);
  }
}

function applyRemove({ profile, messages }: MemoryTables, write: Remove, journal: Journal): void {
  switch (write.remove) {
    case 'account': {
      const conversations = profile.conversationsOf(write.account);
      messages.removeAccount(write.account, conversations, journal);
      return profile.removeAccount(write.account, conversations, journal);
    }
    case 'contact':
      return profile.removeContact(write.contact, journal);
    case 'person':
      return journal.delete(profile.persons, write.person);
    case 'distinction':
      return profile.removeDistinction(write.value, journal);
    case 'member':
      return messages.removeMember(write.conversation, write.key, journal);
    case 'members':
      return messages.removeMembers(write.conversation, journal);
    case 'message':
      return messages.remove(write.message, journal);
    case 'orphan':
      return journal.delete(profile.orphans, write.orphan);
    case 'gap':
      return profile.removeGap(write.account, write.id, journal);
    case 'cursor':
      return profile.removeText('cursors', write.account, write.key, journal);
    case 'state':
      return profile.removeText('states', write.account, write.key, journal);
    case 'changes':
      return profile.changes.remove(write.upTo, journal);
  }
}
