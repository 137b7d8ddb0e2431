import { Element } from '@xmpp/xml';
import { WireError } from './error.ts';
import { NS } from './namespaces.ts';

const WRAP = 2 ** 32;

/** What must be kept to resume a session, across processes too. */
export interface ResumeState {
  /** The server's name for the session (`previd`). */
  readonly id: string;
  /** The full address that was bound. */
  readonly address: string;
  /** Where the server prefers to be reached for the resumption, or null. */
  readonly location: string | null;
  /** How many stanzas of the server are stored here, modulo 2^32. */
  readonly handled: number;
}

/** A stanza of ours that the server has not counted yet. */
interface Waiting {
  /** Called with null when the server took the stanza over, else with what ended the stream. */
  readonly settle: (error: WireError | null) => void;
  /** The stanza, if whoever sent it does not look after it. */
  readonly stanza: Element | null;
}

/** A stanza of a session that was cut, by its place in it. */
export interface Unacknowledged {
  readonly number: number;
  readonly stanza: Element;
}

/** Whether a stanza is among those that a server says it handled. Its count is one of 32 bits, so a number may be far beyond it. */
export function isCounted(number: number, handled: number): boolean {
  const ahead = (((number - handled) % WRAP) + WRAP) % WRAP;
  return ahead === 0 || ahead > WRAP / 2;
}

/**
 * Stream management (XEP-0198) whose acknowledgement means *stored*. Numbers inside are plain counts and only wrap to
 * 32 bits on the wire.
 *
 * Inbound, a stanza is `received` (counted, synchronously, before anything else looks at it), then `done` in any order
 * (nothing in memory waits for it), then `stored` by a prefix: only the stored count is ever told to the server, so
 * that what a crash forgets was never acknowledged. A server may close the session when a count steps back.
 *
 * Outbound, what is sent after `enable` settles when the server counts it.
 */
export class StreamManagement {
  #enabled = false;
  #resumable: Omit<ResumeState, 'handled'> | null = null;
  #received = 0;
  #done = 0;
  #stored = 0;
  #told = 0;
  readonly #early = new Set<number>();
  #sent = 0;
  #acknowledged = 0;
  #waiting: Waiting[] = [];
  #left: readonly Unacknowledged[] = [];
  #counting = false;

  /** Whether the server counts what we send. */
  get counting(): boolean {
    return this.#counting;
  }

  /** Whether both directions are counted. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** How many stanzas, counted from the first, nothing waits for any more. */
  get done(): number {
    return this.#done;
  }

  /** What to keep when everything up to `done` is stored; null while the session cannot be resumed. */
  resumeState(done: number = this.#done): ResumeState | null {
    return this.#resumable === null ? null : { ...this.#resumable, handled: done % WRAP };
  }

  /** The request that starts a new managed session; what is sent after it counts. */
  enable(): Element {
    this.#counting = true;
    return new Element('enable', { xmlns: NS.sm, resume: 'true' });
  }

  /** The server agreed. Called synchronously: stanzas may follow in the same chunk. */
  onEnabled(element: Element, address: string): void {
    this.#enabled = this.#counting = true;
    this.#received = this.#done = this.#stored = this.#told = 0;
    const { id, resume, location } = element.attrs;
    if ((resume === 'true' || resume === '1') && typeof id === 'string') {
      this.#resumable = { id, address, location: typeof location === 'string' ? location : null };
    }
  }

  /** The server refused to manage the stream: nobody counts. */
  onRefused(): void {
    this.#counting = this.#enabled = false;
    this.#settleAll(null);
  }

  /** The request that takes up a session where it was cut. */
  static resume(state: ResumeState): Element {
    return new Element('resume', { xmlns: NS.sm, previd: state.id, h: state.handled });
  }

  /** The session goes on. Gives how many of our stanzas the server has handled. Called synchronously. */
  onResumed(element: Element, state: ResumeState): number {
    const handled = readCount(element);
    if (handled === null || element.attrs['previd'] !== state.id) {
      throw new WireError('protocol', 'the server resumed another session than asked');
    }
    const { id, address, location } = state;
    this.#resumable = { id, address, location };
    this.#enabled = this.#counting = true;
    this.#received = this.#done = this.#stored = this.#told = state.handled;
    this.#sent = this.#acknowledged = handled;
    return handled;
  }

  /** Counts a stanza of the server and gives its number. */
  received(): number {
    this.#received += 1;
    return this.#received;
  }

  /** Nothing in memory waits for stanza `number` any more. Only a prefix without holes counts as done. */
  finish(number: number): void {
    if (number <= this.#done) return;
    this.#early.add(number);
    while (this.#early.delete(this.#done + 1)) this.#done += 1;
  }

  /** Everything up to `number` is durable here. */
  storedUpTo(number: number): void {
    this.#stored = Math.max(this.#stored, Math.min(number, this.#done));
  }

  /** An acknowledgement, or null when it would say nothing new and nobody asked. */
  acknowledgement(asked: boolean): Element | null {
    if (!this.#enabled || (!asked && this.#told === this.#stored)) return null;
    this.#told = this.#stored;
    return new Element('a', { xmlns: NS.sm, h: this.#stored % WRAP });
  }

  /** Whether stanzas came that are not stored yet. */
  get behind(): boolean {
    return this.#enabled && this.#received > this.#stored;
  }

  /** Whether stanzas are done that are not stored, so that the server still keeps them for us. */
  get unstored(): boolean {
    return this.#enabled && this.#done > this.#stored;
  }

  /**
   * Counts a stanza of ours. The promise settles with the server's count; it rejects when the stream ends before. A stanza that is
   * given is kept until then, to be sent again in the session that goes on (XEP-0198 section 5).
   */
  send(stanza: Element | null = null): { number: number; acknowledged: Promise<void> } {
    this.#sent += 1;
    const acknowledged = new Promise<void>((resolve, reject) => {
      const settle = (error: WireError | null): void => (error === null ? resolve() : reject(error));
      this.#waiting.push({ settle, stanza });
    });
    acknowledged.catch(() => {}); // whoever cares awaits it; a stanza that nobody awaits is no unhandled rejection
    return { number: this.#sent, acknowledged };
  }

  /** How many of our stanzas the server has not counted yet. */
  get outstanding(): number {
    return this.#waiting.length;
  }

  /**
   * The server counted (`<a h/>`). Throws when it claims more than was sent: XEP-0198 section 4 makes that
   * a stream error, and the session is worthless from then on.
   */
  onAcknowledged(element: Element): void {
    const handled = readCount(element);
    const step = handled === null ? Number.NaN : (((handled - this.#acknowledged) % WRAP) + WRAP) % WRAP;
    if (!(step <= this.#sent - this.#acknowledged)) {
      this.forget();
      throw new WireError('protocol', 'the server acknowledged more than was sent', {
        condition: 'handled-count-too-high',
        counts: { h: handled ?? 0, 'send-count': this.#sent % WRAP },
      });
    }
    this.#acknowledged += step;
    const settled = this.#waiting.splice(0, this.#waiting.length - (this.#sent - this.#acknowledged));
    for (const { settle } of settled) settle(null);
  }

  /** The stream is gone; what was not acknowledged stays unknown. */
  lost(error: WireError): void {
    const first = this.#sent - this.#waiting.length + 1;
    this.#left = this.#waiting.flatMap(({ stanza }, at) =>
      stanza === null ? [] : [{ number: first + at, stanza }],
    );
    this.#settleAll(error);
  }

  /** After the stream: the stanzas that nobody looks after and that the server may not have handled. */
  get left(): readonly Unacknowledged[] {
    return this.#left;
  }

  /** Never resume this session. */
  forget(): void {
    this.#resumable = null;
  }

  #settleAll(error: WireError | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { settle } of waiting) settle(error);
  }
}

/** The `h` of an element as a 32-bit count, or null. */
export function readCount(element: Element): number | null {
  const text: unknown = element.attrs['h'];
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text)) return null;
  const count = Number(text);
  return count < WRAP ? count : null;
}
