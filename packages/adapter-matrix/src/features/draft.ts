import type { Batch, Ephemeral, Event, GapChange } from '@natter/core';
import type { Opaque, ScopeKey } from '@natter/core/model';

/** What one answer of the server says, gathered for one commit. */
export class Draft {
  readonly events: Event[] = [];
  readonly gaps: GapChange[] = [];
  /** Shown once the commit is durable. */
  readonly hints: Ephemeral[] = [];
  readonly #state = new Map<string, Opaque | null>();

  /** The adapter's own durable state, stored with the events. */
  remember(key: string, value: Opaque | null): void {
    this.#state.set(key, value);
  }

  /** Takes in another draft, whose events come in at a place among ours. */
  take(other: Draft, place: number): void {
    this.events.splice(place, 0, ...other.events);
    this.gaps.push(...other.gaps);
    this.hints.push(...other.hints);
    for (const [key, value] of other.#state) this.#state.set(key, value);
  }

  /** Nothing that is stored. */
  get empty(): boolean {
    return this.events.length === 0 && this.gaps.length === 0 && this.#state.size === 0;
  }

  /** All of it as a batch. */
  batch(origin: Batch['origin'], cursors: Readonly<Record<ScopeKey, Opaque>> = {}): Batch {
    const { events, gaps } = this;
    return { origin, events, gaps, cursors, state: Object.fromEntries(this.#state) };
  }
}
