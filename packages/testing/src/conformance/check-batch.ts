import { isDeepStrictEqual } from 'node:util';
import type { Batch, Event, MessageIn, Sender, Target } from '@natter/core';

const orderKeyPattern = /^[0-9A-Za-z]+$/;
const proofs: readonly unknown[] = ['account', 'occupant', 'nick'];
const trusts: readonly unknown[] = ['e2ee-verified', 'e2ee', 'server', 'none'];
const kinds: readonly unknown[] = [
  'text',
  'emote',
  'notice',
  'attachment',
  'system',
  'undecryptable',
  'unsupported',
];

/** What is wrong with a batch, in sentences; empty when nothing is. */
export function faultsOfBatch(batch: Batch): string[] {
  const faults = [...faultsOfData('the batch', batch)];
  if (!['live', 'archive', 'snapshot'].includes(batch.origin)) faults.push(`the origin is ${batch.origin}`);
  for (const event of batch.events) faults.push(...faultsOfEvent(event));
  for (const [scope, cursor] of Object.entries(batch.cursors ?? {})) {
    if (scope === '' || (cursor !== null && typeof cursor !== 'string'))
      faults.push(`the cursor of "${scope}" is no text`);
  }
  for (const change of batch.gaps ?? []) {
    if ((change.op === 'open' ? change.gap.id : change.id) === '') faults.push('a gap has no id');
    if (change.op === 'open' && change.gap.after === null && change.gap.before === null) {
      faults.push(`gap ${change.gap.id} has no end`);
    }
  }
  return faults;
}

/** What a thread, a socket or a store would change in it: functions, Dates, classes, undefined in lists, bytes, NaN. */
export function faultsOfData(what: string, data: unknown): string[] {
  try {
    if (!isDeepStrictEqual(structuredClone(data), data)) return [`${what} is changed by structuredClone`];
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(data)), withoutUndefined(data)))
      return [`${what} is changed by JSON`];
    return [];
  } catch (caught) {
    return [`${what} is no plain data: ${String(caught)}`];
  }
}

/** An absent field and an undefined one are the same in the contract. */
function withoutUndefined(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutUndefined);
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return data;
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutUndefined(value)]));
}

function faultsOfEvent(event: Event): string[] {
  switch (event.type) {
    case 'timeline': {
      const { conversation, place, items } = event;
      const faults = faultsOfKey('a timeline', conversation);
      if (items.length === 0) faults.push('a timeline has no items');
      if (place.by === 'key' && place.keys.length !== items.length)
        faults.push('a timeline has not one order key an item');
      const bad = place.by === 'key' ? place.keys.filter((key) => !orderKeyPattern.test(key)) : [];
      faults.push(...bad.map((key) => `order key "${key}" is not made of 0-9, A-Z, a-z`));
      return [...faults, ...items.flatMap(faultsOfMessage)];
    }
    case 'patch':
      return [
        ...faultsOfKey('a patch', event.conversation),
        ...faultsOfTarget(event.target),
        ...faultsOfSender(event.by),
      ];
    case 'marker':
      return [
        ...faultsOfKey('a marker', event.conversation),
        ...faultsOfTarget(event.upTo),
        ...faultsOfSender(event.who),
      ];
    case 'rekey':
      return event.from === event.to
        ? [`a rekey of a ${event.of} changes nothing`]
        : faultsOfKey('a rekey', event.to);
    case 'upsert':
    case 'remove':
    case 'self':
      return faultsOfKey(`a ${event.type}`, event.key);
    case 'sweep':
      return event.generation === '' ? ['a sweep has no generation'] : [];
    case 'operation':
      return [];
  }
}

function faultsOfMessage(message: MessageIn): string[] {
  const { stable, claimed, operation, sender, receivedAt, content, trust, part } = message;
  const faults = faultsOfSender(sender);
  if (stable === '' || claimed === '') faults.push('a message has an empty id: say null');
  if (operation !== null && !sender.self)
    faults.push('a message of somebody else names an operation of ours');
  if (!Number.isFinite(receivedAt)) faults.push('a message has no time of receipt');
  if (!kinds.includes(content.kind) || typeof content.text !== 'string')
    faults.push('a message has no content');
  if (!trusts.includes(trust)) faults.push(`the trust of a message is ${trust}`);
  if (!Number.isInteger(part) || part < 0) faults.push('the part of a message is no index');
  if (message.replyTo) faults.push(...faultsOfTarget(message.replyTo.target));
  return faults;
}

function faultsOfSender(sender: Sender): string[] {
  const faults = faultsOfKey('a sender', sender.key);
  if (!proofs.includes(sender.proof)) faults.push(`the proof of a sender is ${sender.proof}`);
  if (sender.self && sender.contact !== null) faults.push('we are named as our own contact');
  return faults;
}

function faultsOfTarget(target: Target): string[] {
  if ('stable' in target) return faultsOfKey('a target', target.stable);
  return faultsOfKey('a target', target.sender).concat(
    target.claimed === '' ? ['a target has an empty id'] : [],
  );
}

function faultsOfKey(what: string, key: string): string[] {
  return typeof key === 'string' && key !== '' ? [] : [`${what} has no key`];
}
