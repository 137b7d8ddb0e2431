/**
 * How reachable somebody is. `unknown` means that nobody told us, `unsupported` that the network has no presence;
 * neither is `offline`.
 */
export type Availability = 'available' | 'away' | 'xa' | 'dnd' | 'offline' | 'unknown' | 'unsupported';

/** The presence of one resource (device) of a contact, or of a contact as a whole. Times are milliseconds since 1970. */
export interface Presence {
  readonly availability: Availability;
  /** Status text chosen by the contact; data from the network. */
  readonly text: string | null;
  /** Since when, or last seen for `offline`; `null` when not told. */
  readonly since: number | null;
  /** When this stops being known and becomes `unknown`; `null` for never. */
  readonly expiresAt: number | null;
  /** Higher wins among resources that are equally available (RFC 6121 priority); 0 where networks have none. */
  readonly priority: number;
  /** A name of the device or client, if told. */
  readonly device: string | null;
}

/** What we show of ourselves, per account. `offline` is not here: disable the account for that. */
export interface OwnPresence {
  readonly availability: 'available' | 'away' | 'xa' | 'dnd' | 'invisible';
  readonly text: string | null;
}

/** The presence of a contact: the aggregate, and each resource by its name. */
export interface ContactPresence extends Presence {
  readonly resources: Readonly<Record<string, Presence>>;
}

/** Nobody told us anything. */
export const unknownPresence: ContactPresence = {
  availability: 'unknown',
  text: null,
  since: null,
  expiresAt: null,
  priority: 0,
  device: null,
  resources: {},
};

/** From most to least reachable; the order in which lists sort. */
export const availabilityOrder: Readonly<Record<Availability, number>> = {
  available: 0,
  away: 1,
  xa: 2,
  dnd: 3,
  unknown: 4,
  unsupported: 5,
  offline: 6,
};

/**
 * The presence of a contact out of its resources: the most reachable one speaks, priority and then recency break ties.
 * Without resources the contact is `offline`: it is for networks that tell of every resource.
 */
export function aggregatePresence(resources: Readonly<Record<string, Presence>>): ContactPresence {
  let best: Presence | null = null;
  for (const name of Object.keys(resources)) {
    const candidate = resources[name];
    if (candidate && (best === null || comparePresence(candidate, best) < 0)) best = candidate;
  }
  return { ...(best ?? { ...unknownPresence, availability: 'offline' }), resources };
}

/** Negative when `a` speaks for the contact rather than `b`. */
export function comparePresence(a: Presence, b: Presence): number {
  return (
    availabilityOrder[a.availability] - availabilityOrder[b.availability] ||
    b.priority - a.priority ||
    (b.since ?? 0) - (a.since ?? 0)
  );
}
