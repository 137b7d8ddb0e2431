/**
 * A repeatable source of randomness. Every fault the kit injects is drawn from one of these, so a failing run is
 * repeated by its seed alone.
 */
export interface Random {
  /** What {@link seededRandom} was given. */
  readonly seed: number;
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [min, max], both included. */
  between(min: number, max: number): number;
  /** True with the given probability (0 never, 1 always). */
  chance(probability: number): boolean;
  /** An independent stream for one part, so that what other parts draw in between changes nothing for it. */
  fork(part: string): Random;
}

/** Makes a {@link Random} (mulberry32: 32 bits of state, plenty for choosing faults, useless for secrets). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    fork: (part) => seededRandom(hash(`${seed}/${part}`)),
  };
}

/** A seed for a run that was given none. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
