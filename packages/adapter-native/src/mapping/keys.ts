import { orderKey, remoteKey, type OrderKey, type RemoteKey, type Target } from '@natter/core';

/**
 * What the native network's things are called in natter. A contact is its address, which is permanent; a conversation is
 * the server's id; a message is its conversation and its place in it, by which every frame refers to it.
 */
export function messageKey(conversation: string, seq: number): RemoteKey {
  return remoteKey(`${conversation}:${seq}`);
}

/** The place that a {@link messageKey} names; `null` for anything else. */
export function sequenceOf(key: RemoteKey): number | null {
  const seq = Number(key.slice(key.lastIndexOf(':') + 1));
  return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}

/** The place of the message that an operation is about. A name that its sender chose is not enough for the server. */
export function targetSequence(target: Target): number | null {
  return 'stable' in target ? sequenceOf(target.stable) : null;
}

/** Digits of the largest safe integer, so that places of any size sort as text. */
const orderWidth = 16;

/** The order key of a place: what the server counts, padded, so that comparing bytes compares numbers. */
export function placeOf(seq: number): OrderKey {
  return orderKey(String(seq).padStart(orderWidth, '0'));
}

/** A cursor or paging token that is a number; `null` when it is not one of ours. */
export function parsePosition(text: string): number | null {
  return /^\d{1,16}$/.test(text) ? Number(text) : null;
}
