import type { Profile } from './state/profile.ts';

/** Forgets typing notices whose time is over: whoever types may have lost the link in the middle of a word. */
export class TypingExpiry {
  readonly #profile: Profile;
  readonly #now: () => number;
  readonly #stop: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #due = Infinity;

  constructor(profile: Profile, now: () => number) {
    this.#profile = profile;
    this.#now = now;
    const subscription = profile.typists.delta$.subscribe(() => this.#plan());
    this.#stop = () => subscription.unsubscribe();
  }

  close(): void {
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #plan(): void {
    let next = Infinity;
    for (const [, { expiresAt }] of this.#profile.typists.entries()) next = Math.min(next, expiresAt);
    if (next === this.#due) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due = next;
    this.#timer =
      next === Infinity
        ? null
        : setTimeout(() => this.#expire(), Math.min(Math.max(0, next - this.#now()), 60_000));
  }

  #expire(): void {
    this.#due = Infinity;
    const { frames, typists } = this.#profile;
    frames.run(() => {
      for (const [key, { expiresAt }] of typists.entries()) if (expiresAt <= this.#now()) typists.delete(key);
    });
    this.#plan();
  }
}
