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
  for (const [field, value] of Object.entries(message))
    if (field !== 'provisional' && !isUsual(field, value)) row[field] = value;
  return JSON.stringify(row);
}

/** The message of a row. */
export function decodeMessage(body: string, provisional: boolean): Message {
  return { ...usual, ...(JSON.parse(body) as Message), provisional };
}

function isUsual(field: string, value: unknown): boolean {
  if (!(field in usual)) return false;
  if (value === null || typeof value !== 'object') return value === usual[field as keyof typeof usual];
  return field === 'receipts' ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0;
}

/**
 * Text for a column that is compared. SQLite keeps UTF-8, which has no lone surrogates: two keys that differ in nothing
 * else would become one, so such a key is kept as JSON behind a character that marks it.
 */
export function columnText(text: string): string {
  return text.isWellFormed() && !text.startsWith(escapeMark) ? text : escapeMark + JSON.stringify(text);
}

const escapeMark = '\u0001';
