/**
 * Ids of the hub. The hub mints one for every thing that it knows and never changes it again; what a network calls the
 * same thing is a {@link RemoteKey}, kept as an alias of the hub's id and moved by `rekey`.
 */

declare const brand: unique symbol;

/** An immutable id minted by the hub. Opaque: compare it, store it, never parse it. */
export type HubId<Kind extends string> = string & { readonly [brand]: Kind };

/** Names an account of the user on one network. */
export type AccountId = HubId<'account'>;
/** Names a contact: one roster entry of one account. */
export type ContactId = HubId<'contact'>;
/** Names a person: the merged row that holds one or more contacts. */
export type PersonId = HubId<'person'>;
/** Names a conversation of one account, even before the network has given it a key. */
export type ConversationId = HubId<'conversation'>;
/** Names a message, from the moment it is written on this device. */
export type MessageId = HubId<'message'>;
/** Names an outbox operation: a change that we asked a network for. */
export type OperationId = HubId<'operation'>;
/** Names a blob: file bytes that live beside the store. */
export type BlobId = HubId<'blob'>;

/** What a network calls a contact, participant, conversation or message. Only the adapter that made it parses it. */
export type RemoteKey = string & { readonly [brand]: 'remote' };

/**
 * A place in a conversation's total order, given by a network that has one. `[0-9A-Za-z]+`, compared bytewise, so that
 * JavaScript and SQLite agree.
 */
export type OrderKey = string & { readonly [brand]: 'order' };

/** Text that only the adapter understands and that the hub stores for it: cursors, memos, paging tokens. */
export type Opaque = string;

/**
 * What a cursor belongs to: `'account'`, `'archive'`, `'roster'`, or `'conv:' + RemoteKey`. Adapters choose the names;
 * the hub only keeps them apart.
 */
export type ScopeKey = string;

const prefixes = {
  account: 'a',
  contact: 'c',
  person: 'p',
  conversation: 'v',
  message: 'm',
  operation: 'o',
  blob: 'b',
} as const;

/** The kinds of hub id. */
export type IdKind = keyof typeof prefixes;

/**
 * Mints an id: a letter for its kind, the time in milliseconds, 52 random bits drawn anew each millisecond, and a count
 * within it. Rows that are written together get ids that sort together, which keeps them close on disk.
 */
export function mintId<Kind extends IdKind>(kind: Kind): HubId<Kind> {
  const now = Date.now();
  if (now !== mint.time) {
    mint.time = now;
    mint.count = 0;
    mint.shared = now.toString(36).padStart(9, '0') + randomText();
    mint.kind = null;
  } else mint.count += 1;
  const block = Math.floor(mint.count / pairs.length);
  if (kind !== mint.kind || block !== mint.block) {
    mint.kind = kind;
    mint.block = block;
    mint.start = prefixes[kind] + mint.shared + block.toString(36).padStart(2, '0');
  }
  return (mint.start + (pairs[mint.count % pairs.length] ?? '')) as HubId<Kind>;
}

/** The last two digits of a count: made once, since ids by the hundred come at once. */
const pairs = Array.from({ length: 36 ** 2 }, (_, number) => number.toString(36).padStart(2, '0'));

/** What ids of the same millisecond share. Nobody can see it from outside; drawing random bits for each id is slow. */
const mint = {
  time: 0,
  count: 0,
  shared: '',
  /** What was minted last, and how ids of that kind begin that differ in their last two digits alone. */
  kind: null as IdKind | null,
  block: 0,
  start: '',
};

/** Random numbers not used yet: asking for many at once costs about as much as asking for one. */
const random = { pool: new Uint32Array(256), left: 0 };

function randomText(): string {
  if (random.left === 0) random.left = crypto.getRandomValues(random.pool).length;
  const high = random.pool[random.left - 1] ?? 0;
  const low = random.pool[random.left - 2] ?? 0;
  random.left -= 2;
  return ((high & 0xfffff) * 2 ** 32 + low).toString(36).padStart(11, '0');
}

/** Marks text that came from an adapter, or from the store where an adapter's text was kept, as a {@link RemoteKey}. */
export function remoteKey(text: string): RemoteKey {
  return text as RemoteKey;
}

/** Marks text as an {@link OrderKey}; throws a RangeError when it is not made of `[0-9A-Za-z]`. */
export function orderKey(text: string): OrderKey {
  if (!/^[0-9A-Za-z]+$/.test(text)) throw new RangeError('an order key is made of 0-9, A-Z and a-z');
  return text as OrderKey;
}
