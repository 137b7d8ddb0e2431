import type { ArgumentRow, CommandRow } from '../command.ts';

const who: ArgumentRow = { name: 'WHO', summary: 'a person, contact or room' };
const message: ArgumentRow = { name: 'MESSAGE', summary: 'the id of a message' };
const text: ArgumentRow = {
  name: 'TEXT',
  many: true,
  optional: true,
  blank: true,
  summary: 'what to say; - or nothing reads standard input',
};

/** Sending, reading, following. */
export const messageRows: readonly CommandRow[] = [
  {
    words: ['send'],
    summary: 'send a message',
    details:
      'The message is kept until the network has it, also when that takes longer than this command waits: then the exit code is 7.',
    args: [{ name: 'TO', summary: 'a person, contact or room' }, text],
    options: [
      { name: 'file', value: 'PATH', many: true, summary: 'send a file' },
      { name: 'reply-to', value: 'MESSAGE', summary: 'answer this message' },
      { name: 'thread', value: 'MESSAGE', summary: 'in the thread that this message began' },
      { name: 'mention', value: 'CONTACT', many: true, summary: 'speak to a contact or member by name' },
      {
        name: 'in-clear',
        summary: 'say it without encryption although the conversation is encrypted',
      },
      {
        name: 'wait',
        value: 'STATE',
        summary: 'wait until it is queued, sent, delivered or read (default: sent)',
      },
    ],
    keepsTime: true,
    load: async () => (await import('../../commands/message/send.ts')).send,
  },
  {
    words: ['edit'],
    summary: 'change what you said',
    args: [message, text],
    options: [],
    load: async () => (await import('../../commands/message/change.ts')).edit,
  },
  {
    words: ['retract'],
    summary: 'take back what you said',
    args: [message],
    options: [{ name: 'reason', value: 'TEXT', blank: true, summary: 'why' }],
    load: async () => (await import('../../commands/message/change.ts')).retract,
  },
  {
    words: ['react'],
    summary: 'react to a message',
    args: [message, { name: 'REACTION', summary: 'an emoji' }],
    options: [{ name: 'remove', summary: 'take the reaction back' }],
    load: async () => (await import('../../commands/message/change.ts')).react,
  },
  {
    words: ['pin'],
    summary: 'pin a message for everybody',
    args: [message],
    options: [{ name: 'remove', summary: 'take the pin away' }],
    load: async () => (await import('../../commands/message/pin.ts')).pin,
  },
  {
    words: ['pins'],
    summary: 'show the pinned messages of a conversation',
    args: [who],
    options: [],
    load: async () => (await import('../../commands/message/pin.ts')).pins,
  },
  {
    words: ['expiry'],
    summary: 'show or set how long messages stay',
    details: 'What is sent from then on vanishes for everybody after that time. Without a time it is shown.',
    args: [
      who,
      { name: 'TIME', optional: true, summary: "such as 90s, 30m, 12h, 7d or 4w; 'off' lets them stay" },
    ],
    options: [],
    load: async () => (await import('../../commands/message/expiry.ts')).expiry,
  },
  {
    words: ['read'],
    summary: 'mark a conversation as read',
    args: [who],
    options: [{ name: 'up-to', value: 'MESSAGE', summary: 'only up to this message' }],
    load: async () => (await import('../../commands/conversation.ts')).markRead,
  },
  {
    words: ['mute'],
    summary: 'mute a conversation',
    args: [who],
    options: [{ name: 'off', summary: 'unmute' }],
    load: async () => (await import('../../commands/conversation.ts')).mute,
  },
  {
    words: ['history'],
    summary: 'show the messages of a conversation',
    args: [who],
    options: [
      { name: 'limit', value: 'N', short: 'n', summary: 'at most so many (default: 50)' },
      { name: 'before', value: 'MESSAGE', summary: 'only older ones than this' },
      { name: 'all', summary: 'everything, from the beginning' },
    ],
    load: async () => (await import('../../commands/history/history.ts')).history,
  },
  {
    words: ['search'],
    summary: 'search in all messages',
    details:
      'Searches what is stored here. With --server the server of one account is asked, which also finds what never came here.',
    args: [{ name: 'QUERY', many: true, summary: 'words that must occur' }],
    options: [
      { name: 'in', value: 'WHO', many: true, summary: 'only in these conversations' },
      { name: 'from', value: 'WHO', many: true, summary: 'only by these people' },
      { name: 'since', value: 'DATE', summary: 'not before' },
      { name: 'until', value: 'DATE', summary: 'not after' },
      { name: 'limit', value: 'N', short: 'n', summary: 'at most so many (default: 50)' },
      { name: 'server', summary: 'ask the server of an account; takes --in once, and no other restriction' },
    ],
    load: async () => (await import('../../commands/history/search.ts')).search,
  },
  {
    words: ['watch'],
    summary: 'follow everything that happens, live',
    details:
      'Each line carries a cursor; --after with the last one seen goes on behind it, so that nothing is missed between two runs.',
    args: [],
    options: [
      { name: 'count', value: 'N', short: 'n', summary: 'end after so many events' },
      {
        name: 'type',
        value: 'TYPE',
        many: true,
        summary: 'only these: message, receipt, presence, typing, connection, contact, operation',
      },
      { name: 'after', value: 'CURSOR', summary: "go on behind this cursor; 'start' for all that is kept" },
    ],
    keepsTime: true,
    load: async () => (await import('../../commands/watch.ts')).watch,
  },
  {
    words: ['outbox', 'list'],
    summary: 'list what is not sent yet, and what was refused',
    args: [],
    options: [{ name: 'all', summary: 'also what is done' }],
    load: async () => (await import('../../commands/outbox.ts')).listOutbox,
  },
  {
    words: ['outbox', 'retry'],
    summary: 'send again what failed or is unconfirmed',
    args: [{ name: 'OPERATION', summary: 'the id of an operation' }],
    options: [],
    load: async () => (await import('../../commands/outbox.ts')).retryOperation,
  },
  {
    words: ['outbox', 'cancel'],
    summary: 'give up what is not sent yet, or dismiss what was refused',
    args: [{ name: 'OPERATION', summary: 'the id of an operation' }],
    options: [],
    load: async () => (await import('../../commands/outbox.ts')).cancelOperation,
  },
];
