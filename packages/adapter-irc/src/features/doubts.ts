import type { Opaque, OperationId, RemoteKey } from '@natter/core/model';
import type { Commits } from '../commits.ts';

/** Under this, the operation and the number of the part it is kept what has been said and not been answered. */
export const DOUBT_STATE = 'doubt:';

/** Most lines that are kept; older ones are forgotten. */
const MOST = 500;

/** A line that left, and of which nobody has told what became. */
interface Doubt {
  readonly operation: OperationId;
  readonly part: number;
  readonly target: RemoteKey;
  readonly text: string;
}

/**
 * What we have said and had no answer to when the connection broke, over crashes, too: when the server's history tells a line
 * of ours with these words, it is that one, and not another one beside it. Without a history there is nothing to keep.
 */
export class Doubts {
  readonly #commits: Commits;
  readonly #kept: boolean;
  readonly #open = new Map<string, Doubt>();
  /** Those of an earlier connection: nothing more will be heard of them but from the history. */
  readonly #earlier = new Set<string>();

  constructor(commits: Commits, kept: boolean) {
    this.#commits = commits;
    this.#kept = kept;
  }

  /** Takes up what an earlier connection has left. */
  load(state: Readonly<Record<string, Opaque>>): void {
    for (const [name, text] of Object.entries(state)) {
      const doubt = readDoubt(name, text);
      if (doubt === null) continue;
      this.#open.set(name, doubt);
      this.#earlier.add(name);
    }
  }

  /** A line is about to leave; resolves when that is durable. */
  async begin(doubt: Doubt): Promise<void> {
    if (!this.#kept) return;
    const name = nameOf(doubt);
    const { target, text } = doubt;
    const [oldest] = this.#open.size >= MOST ? this.#open.keys() : [];
    if (oldest !== undefined) this.#drop(oldest);
    this.#open.set(name, doubt);
    this.#commits.remember(name, JSON.stringify({ target, text }));
    await this.#commits.flush();
  }

  /** It is known what became of it. */
  settle(doubt: Doubt): void {
    this.#drop(nameOf(doubt));
  }

  /** The line of ours that a line of the history is, oldest first; it is in doubt no longer. */
  match(conversation: RemoteKey, text: string): Doubt | null {
    for (const [name, doubt] of this.#open) {
      if (doubt.target !== conversation || doubt.text !== text) continue;
      this.#drop(name);
      return doubt;
    }
    return null;
  }

  /** All of a conversation's history is here: what an earlier connection left and is not in it was never said. */
  forget(concerns: (conversation: RemoteKey) => boolean): void {
    for (const name of this.#earlier) {
      const doubt = this.#open.get(name);
      if (doubt !== undefined && concerns(doubt.target)) this.#drop(name);
    }
  }

  #drop(name: string): void {
    this.#earlier.delete(name);
    if (this.#open.delete(name)) this.#commits.remember(name, null);
  }
}

function nameOf({ operation, part }: Doubt): string {
  return `${DOUBT_STATE}${operation}:${part}`;
}

function readDoubt(name: string, text: Opaque): Doubt | null {
  const [, operation = '', part = ''] = /^doubt:(.+):(\d+)$/.exec(name) ?? [];
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || operation === '') return null;
    const { target, text: words } = value as { target?: unknown; text?: unknown };
    if (typeof target !== 'string' || typeof words !== 'string') return null;
    return {
      operation: operation as OperationId,
      part: Number(part),
      target: target as RemoteKey,
      text: words,
    };
  } catch {
    return null; // state of another version
  }
}
