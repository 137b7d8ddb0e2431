import type { ArgumentRow, CommandRow } from '../command.ts';

const who: ArgumentRow = { name: 'WHO', summary: "a person's name or id, or a contact's address" };
const contact: ArgumentRow = { name: 'CONTACT', summary: "a contact's address, account/address, or id" };

/** A change of one contact; all of these share their options. */
function contactChange(word: string, summary: string, load: CommandRow['load']): CommandRow {
  return { words: ['contact', word], summary, args: [contact], options: [], load };
}

/** The unified list, contacts and people. */
export const contactRows: readonly CommandRow[] = [
  {
    words: ['contacts'],
    summary: 'list people, one a row, over all accounts',
    details:
      'Without a running daemon the stored list is shown at once, nothing is started, and presence is unknown; with --wait the daemon is started and the accounts get this time to come online.',
    args: [],
    options: [
      { name: 'online', summary: 'only people who can be reached now' },
      { name: 'wait', value: 'SECONDS', summary: 'wait until the accounts are online' },
    ],
    load: async () => (await import('../../commands/contacts.ts')).contacts,
  },
  {
    words: ['contact', 'add'],
    summary: 'ask somebody to be a contact',
    args: [{ name: 'ADDRESS', summary: 'bob@example.org' }],
    options: [
      { name: 'name', value: 'NAME', blank: true, summary: 'what you call them' },
      { name: 'group', value: 'GROUP', many: true, summary: 'put them into a group' },
      { name: 'message', value: 'TEXT', blank: true, summary: 'what goes with the request' },
    ],
    load: async () => (await import('../../commands/contact/add.ts')).addContact,
  },
  contactChange(
    'accept',
    'let a contact see your presence',
    async () => (await import('../../commands/contact/change.ts')).acceptContact,
  ),
  contactChange(
    'deny',
    "refuse a contact's request",
    async () => (await import('../../commands/contact/change.ts')).denyContact,
  ),
  contactChange(
    'remove',
    'remove a contact',
    async () => (await import('../../commands/contact/change.ts')).removeContact,
  ),
  contactChange(
    'block',
    'hear nothing more from a contact',
    async () => (await import('../../commands/contact/change.ts')).blockContact,
  ),
  contactChange(
    'unblock',
    'hear from a contact again',
    async () => (await import('../../commands/contact/change.ts')).unblockContact,
  ),
  {
    words: ['contact', 'rename'],
    summary: 'give a contact a name of your own',
    args: [
      contact,
      { name: 'NAME', optional: true, blank: true, summary: 'none to go back to their own name' },
    ],
    options: [],
    load: async () => (await import('../../commands/contact/change.ts')).renameContact,
  },
  {
    words: ['contact', 'group'],
    summary: 'set the groups of a contact',
    args: [
      contact,
      { name: 'GROUP', optional: true, many: true, summary: 'all groups; none to take them out of all' },
    ],
    options: [],
    load: async () => (await import('../../commands/contact/change.ts')).groupContact,
  },
  {
    words: ['contact', 'avatar'],
    summary: 'save the picture of a contact',
    args: [contact, { name: 'PATH', summary: 'a file to write, a folder, or - for standard output' }],
    options: [],
    load: async () => (await import('../../commands/contact/avatar.ts')).saveAvatar,
  },
  {
    words: ['person', 'list'],
    summary: 'list people with their contacts',
    args: [],
    options: [],
    load: async () => (await import('../../commands/contacts.ts')).contacts,
  },
  {
    words: ['person', 'link'],
    summary: 'make contacts one person',
    args: [who, { name: 'WHO', many: true, summary: 'who is the same person' }],
    options: [],
    load: async () => (await import('../../commands/person/link.ts')).linkPersons,
  },
  {
    words: ['person', 'unlink'],
    summary: 'give a contact a row of its own again',
    args: [contact],
    options: [{ name: 'not-same', summary: 'and never link or suggest the two again' }],
    load: async () => (await import('../../commands/person/link.ts')).unlinkContact,
  },
  {
    words: ['person', 'suggest'],
    summary: 'show who may be the same person',
    args: [],
    options: [],
    load: async () => (await import('../../commands/person/suggest.ts')).suggestLinks,
  },
  {
    words: ['person', 'prefer'],
    summary: 'choose through which contact messages go',
    args: [
      who,
      { name: 'CONTACT', optional: true, many: true, summary: 'best first; none to let presence decide' },
    ],
    options: [],
    load: async () => (await import('../../commands/person/prefer.ts')).preferContacts,
  },
];
