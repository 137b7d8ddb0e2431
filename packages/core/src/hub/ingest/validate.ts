import type {
  Batch,
  ConversationIn,
  Event,
  GapChange,
  MessageChange,
  MessageIn,
  Place,
} from '../../contract/index.ts';
import type { AccountId } from '../../model/index.ts';
import { invalidBatch } from './scope.ts';

const keyLimit = 4096;
/** Characters: custom emoji are named by addresses. */
const reactionLength = 1024;
const orderPattern = /^[0-9A-Za-z]{1,200}$/;

/**
 * Refuses a batch that would harm the store: adapters are code of others, and a worker or a compromised parser may send
 * anything. Throws a NatterError of code `protocol`; the run that sent it ends and acknowledges nothing.
 */
export function validateBatch(account: AccountId, batch: Batch): void {
  for (const event of batch.events) {
    const fault = faultOf(event);
    if (fault !== null) throw invalidBatch(account, `invalid ${event.type} event: ${fault}`);
  }
  const fault =
    textsFault(batch.cursors ?? {}) ??
    textsFault(batch.state ?? {}) ??
    (batch.gaps ?? []).map(gapFault).find((found) => found !== null) ??
    null;
  if (fault !== null) throw invalidBatch(account, `invalid batch: ${fault}`);
}

/** Cursors and an adapter's state are texts under names. */
function textsFault(texts: Readonly<Record<string, unknown>>): string | null {
  for (const [name, text] of Object.entries(texts))
    if (name === '' || (text !== null && typeof text !== 'string')) return 'a cursor or state is no text';
  return null;
}

function gapFault(change: GapChange): string | null {
  if (change.op === 'close') return keyFault(change.id);
  const { id, conversation, after, before } = change.gap;
  return (
    keyFault(id) ??
    keyFault(conversation) ??
    (after === null ? null : keyFault(after)) ??
    (before === null ? null : keyFault(before))
  );
}

function faultOf(event: Event): string | null {
  switch (event.type) {
    case 'timeline':
      return (
        keyFault(event.conversation) ?? placeFault(event.place, event.items.length) ?? itemsFault(event.items)
      );
    case 'patch':
      return (
        keyFault(event.conversation) ??
        keyFault(event.by.key) ??
        targetFault(event.target) ??
        changeFault(event.change)
      );
    case 'marker':
      return keyFault(event.conversation) ?? keyFault(event.who.key) ?? targetFault(event.upTo);
    case 'rekey':
      return keyFault(event.from) ?? keyFault(event.to) ?? ('in' in event ? keyFault(event.in) : null);
    case 'upsert':
      return (
        keyFault(event.key) ??
        ('in' in event ? keyFault(event.in) : null) ??
        namesFault(event.value) ??
        (event.of === 'conversation' ? (countsFault(event.value) ?? settingsFault(event.value)) : null)
      );
    case 'remove':
      return keyFault(event.key) ?? ('in' in event ? keyFault(event.in) : null);
    case 'sweep':
      return 'in' in event ? keyFault(event.in) : null;
    case 'self':
      return keyFault(event.key);
    case 'operation':
      return keyFault(event.operation);
    default:
      event satisfies never;
      return 'unknown type';
  }
}

function changeFault(change: MessageChange): string | null {
  switch (change.kind) {
    case 'react':
      return reactionFault(change.key);
    case 'reactions':
      return change.keys.map(reactionFault).find((fault) => fault !== null) ?? null;
    case 'edit':
    case 'decrypted':
      return typeof change.content.text === 'string' ? null : 'content without text';
    default:
      return null;
  }
}

function reactionFault(key: string): string | null {
  return typeof key === 'string' && key.length <= reactionLength ? null : 'a reaction is too long';
}

/** What front ends show, fold and compare as text: one that is none would break their lists for every account. */
function namesFault(value: object): string | null {
  const {
    address = '',
    groups = [],
    verified = [],
    ...told
  }: Readonly<Record<string, unknown>> = { ...value };
  const texts = [told['name'], told['alias'], told['title'], told['topic'], told['request']];
  const areTexts =
    typeof address === 'string' &&
    texts.every((text) => text === undefined || text === null || typeof text === 'string') &&
    [groups, verified].every((list) => Array.isArray(list) && list.every((text) => typeof text === 'string'));
  return areTexts ? null : 'a name is no text';
}

function countsFault({ unread, mentions }: ConversationIn): string | null {
  const counted = [unread ?? 0, mentions ?? 0].every((count) => Number.isSafeInteger(count) && count >= 0);
  return counted ? null : 'a count is no count';
}

/** More pins than this no network lets anybody set; each is looked up when they are shown. */
const pinsLimit = 1000;

function settingsFault({ pins = [], expiry = null }: ConversationIn): string | null {
  if (pins.length > pinsLimit) return 'too many pins';
  const fault = pins.map(keyFault).find((found) => found !== null) ?? null;
  return fault ?? (expiry === null || (Number.isFinite(expiry) && expiry > 0) ? null : 'expiry is no time');
}

function itemsFault(items: readonly MessageIn[]): string | null {
  for (const item of items) {
    const fault =
      (item.stable === null ? null : keyFault(item.stable)) ??
      (item.claimed === null ? null : keyFault(item.claimed)) ??
      keyFault(item.sender.key) ??
      (item.sender.name === null || typeof item.sender.name === 'string' ? null : 'a name is no text') ??
      (Number.isFinite(item.receivedAt) ? null : 'receivedAt is no time') ??
      (item.sentAt === null || Number.isFinite(item.sentAt) ? null : 'sentAt is no time') ??
      (typeof item.content.text === 'string' ? null : 'content without text');
    if (fault !== null) return fault;
  }
  return null;
}

function placeFault(place: Place, items: number): string | null {
  if (place.by !== 'key') return null;
  if (place.keys.length !== items) return 'one order key an item is needed';
  let last = '';
  for (const key of place.keys) {
    if (!orderPattern.test(key)) return 'an order key is not [0-9A-Za-z]';
    // Equal keys would hide each other where a page of the timeline ends.
    if (key <= last) return 'order keys must ascend';
    last = key;
  }
  return null;
}

function targetFault(target: { stable: string } | { claimed: string; sender: string }): string | null {
  return 'stable' in target ? keyFault(target.stable) : (keyFault(target.claimed) ?? keyFault(target.sender));
}

function keyFault(key: unknown): string | null {
  if (typeof key !== 'string' || key.length === 0) return 'an empty key';
  if (key.length > keyLimit) return 'a key is too long';
  // Stores write UTF-8, where two different halves of a pair would become one key.
  return key.isWellFormed() ? null : 'a key is not well-formed';
}
