import type { Message } from '@natter/core';

/**
 * What most messages have, and so what their rows leave out: a row is a third of the size, and a field that is added to
 * the model reads from old rows as its default.
 */
const usual = {
  parts: [],
  replyTo: null,
  thread: null,
  mentioned: false,
  mentions: [],
  edited: null,
  retracted: null,
  reactions: [],
  delivery: null,
  receipts: {},
  operation: null,
  error: null,
  stable: null,
  claimed: null,
  sentAt: null,
} as const satisfies Partial<Message>;

/** The JSON of a message. Whether it is provisional lives in its column alone: {@link Write} `settle` changes it there. */
export function encodeMessage(message: Message): string {
  const row: Record<string, unknown> = {};
  for (const field in message) {
    const value = message[field as keyof Message];
    if (field !== 'provisional' && !(field in usual && isEqual(value, usual[field as keyof typeof usual])))
      row[field] = value;
  }
  return JSON.stringify(row);
}

/** The message of a row. */
export function decodeMessage(body: string, provisional: boolean): Message {
  return { ...usual, ...(JSON.parse(body) as Message), provisional };
}

/** Lists and objects that are usual are empty. */
function isEqual(value: unknown, usually: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === usually;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/**
 * Text for a column that is compared. SQLite keeps UTF-8, which has no lone surrogates: two keys that differ in nothing
 * else would become one, so such a key is kept as JSON behind a character that marks it.
 */
export function columnText(text: string): string {
  return text.isWellFormed() && !text.startsWith(escapeMark) ? text : escapeMark + JSON.stringify(text);
}

const escapeMark = '\u0001';
