import type { JsonObject } from '@natter/core';
import type { Backup } from './lines.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isKey: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
/** An object with these fields, and no others. */
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, check]) => check(value[name]));

const isAccount = shape({ network: isKey, address: isKey });
const isSender = shape({
  key: isKey,
  self: isFlag,
  contact: orNull(isKey),
  name: orNull(isText),
  proof: oneOf('account', 'occupant', 'nick'),
});
const isTarget: Check = (value) =>
  shape({ stable: isKey })(value) || shape({ claimed: isKey, sender: isKey })(value);

const isAttachment = shape({
  kind: oneOf('image', 'audio', 'video', 'file'),
  name: isText,
  mediaType: isText,
  size: orNull(isNumber),
  width: orNull(isNumber),
  height: orNull(isNumber),
  duration: orNull(isNumber),
  hash: orNull(isText),
  remote: orNull(isText),
  thumbnail: orNull(shape({ remote: isText, mediaType: isText })),
  blob: (value) => value === null,
});
const contents: readonly Check[] = [
  shape({ kind: oneOf('text', 'emote', 'notice'), text: isText, formatted: optional(listOf(isFormat)) }),
  shape({ kind: oneOf('attachment'), text: isText, attachments: listOf(isAttachment) }),
  shape({ kind: oneOf('system', 'unsupported'), text: isText, data: isObject }),
  shape({ kind: oneOf('undecryptable'), text: isText, reason: isText }),
];
const isContent: Check = (value) => contents.some((check) => check(value));

/** A node that nobody knows is shown as its children, so its type may be any. */
function isFormat(value: unknown): boolean {
  if (typeof value === 'string') return true;
  if (!isObject(value) || typeof value['type'] !== 'string') return false;
  const { children, type: _, ...others } = value;
  return optional(listOf(isFormat))(children) && Object.values(others).every(isText);
}

const isChange = [
  shape({ kind: oneOf('edit'), content: isContent, at: orNull(isNumber) }),
  shape({
    kind: oneOf('retract'),
    at: orNull(isNumber),
    reason: orNull(isText),
    moderator: optional(isFlag),
  }),
  shape({ kind: oneOf('react'), key: isText, on: isFlag }),
];
const isPatch = shape({
  type: oneOf('patch'),
  conversation: isKey,
  target: isTarget,
  by: isSender,
  change: (value) => isChange.some((check) => check(value)),
});
const isItem = shape({
  stable: orNull(isKey),
  claimed: orNull(isKey),
  operation: (value) => value === null,
  part: (value) => value === 0,
  sender: isSender,
  sentAt: orNull(isNumber),
  receivedAt: isNumber,
  content: isContent,
  replyTo: orNull(shape({ target: isTarget, quote: optional(isText) })),
  thread: orNull(shape({ target: isTarget })),
  mentions: listOf(isKey),
  mentioned: isFlag,
  trust: oneOf('e2ee-verified', 'e2ee', 'server', 'none'),
});

const isContact = shape({
  address: isKey,
  name: orNull(isText),
  alias: orNull(isText),
  groups: listOf(isText),
  listed: isFlag,
  stability: oneOf('permanent', 'mutable', 'session'),
  bridge: orNull(
    shape({ network: isText, name: isText, icon: optional(shape({ hash: isText, remote: isText })) }),
  ),
});
const isConversation = shape({
  kind: oneOf('direct', 'group', 'channel'),
  contact: orNull(isKey),
  title: orNull(isText),
  topic: orNull(isText),
  encrypted: isFlag,
  muted: isFlag,
  archived: isFlag,
  pinned: isFlag,
});

const shapes: Readonly<Record<string, Check>> = {
  account: shape({ account: isAccount, config: isObject }),
  contact: shape({ account: isAccount, key: isKey, contact: isContact }),
  conversation: shape({ account: isAccount, key: isKey, conversation: isConversation }),
  message: shape({
    account: isAccount,
    in: isKey,
    message: shape({ id: isKey, order: isKey, item: isItem, changes: listOf(isPatch) }),
  }),
  person: shape({ contacts: listOf(shape({ network: isKey, address: isKey, key: isKey })) }),
};

/**
 * What a line of a backup carries, when it has the shape that we write; `null` for lines that carry nothing. A file that
 * somebody else has made goes into the store like what a network says, so nothing of it is taken on trust. Throws a
 * RangeError that says what is wrong.
 */
export function backupOf(line: JsonObject): Backup | null {
  const { type, backup } = line;
  if (typeof type !== 'string' || backup === undefined) return null;
  const check = Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (check === undefined) return null;
  if (!check(backup)) throw new RangeError(`this is no ${type} of a backup`);
  return backup as unknown as Backup;
}
