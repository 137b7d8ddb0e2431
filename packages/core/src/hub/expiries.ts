import type { ContactPresence, Presence } from '../model/index.ts';
import { aggregatePresence } from '../model/index.ts';
import { Expiry } from './expiry.ts';
import type { Profile } from './state/profile.ts';

/** Whoever types may have lost the link in the middle of a word: a typing notice ends by itself. */
export function typingExpiry({ frames, typists }: Profile, now: () => number): { close(): void } {
  return new Expiry(
    typists,
    now,
    ({ expiresAt }) => expiresAt,
    (keys) => frames.run(() => keys.forEach((key) => typists.delete(key))),
  );
}

/** A presence that was told for a time is not known after it, which is not the same as offline. */
export function presenceExpiry({ frames, presences }: Profile, now: () => number): { close(): void } {
  return new Expiry(presences, now, firstEnd, (keys) =>
    frames.run(() => {
      for (const key of keys) {
        const known = presences.get(key);
        const left = known && withoutExpired(known, now());
        if (left) presences.set(key, left);
        else presences.delete(key);
      }
    }),
  );
}

function firstEnd({ expiresAt, resources }: ContactPresence): number | null {
  let first = expiresAt;
  for (const name in resources) {
    const end = resources[name]?.expiresAt ?? null;
    if (end !== null && (first === null || end < first)) first = end;
  }
  return first;
}

/** What is still known of a contact; `null` for nothing. */
function withoutExpired(known: ContactPresence, now: number): ContactPresence | null {
  const isOver = ({ expiresAt }: Presence): boolean => expiresAt !== null && expiresAt <= now;
  const told = Object.entries(known.resources);
  if (told.length === 0) return isOver(known) ? null : known;
  const left = told.filter(([, resource]) => !isOver(resource));
  return left.length > 0 ? aggregatePresence(Object.fromEntries(left)) : null;
}
