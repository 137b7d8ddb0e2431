/** What a message of the parrot is, on its own network. */
export interface Squawk {
  readonly id: string;
  readonly text: string;
}

/** A network of one: a parrot that repeats what it is told. Knows nothing of natter, as networks do. */
export class Parrot {
  readonly heard: Squawk[] = [];
  readonly #listeners = new Set<(squawk: Squawk) => void>();
  readonly #repeats: boolean;
  #count = 0;

  constructor({ repeats = true } = {}) {
    this.#repeats = repeats;
  }

  /** Listens only to who feeds it. */
  accepts(food: string | null): boolean {
    return food === 'cracker';
  }

  /** Tells it something. It may repeat that a moment later. Gives the id under which it remembers it. */
  tell(text: string): string {
    const id = `told-${(this.#count += 1)}`;
    this.heard.push({ id, text });
    if (this.#repeats) setTimeout(() => this.say(`${text}! ${text}!`), 10);
    return id;
  }

  /** Makes it say something by itself. */
  say(text: string): Squawk {
    const squawk = { id: `said-${(this.#count += 1)}`, text };
    for (const listener of this.#listeners) listener(squawk);
    return squawk;
  }

  /** Hears it from now on. Gives the way to stop. */
  listen(listener: (squawk: Squawk) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
