import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '../../random.ts';
import type { AnswerTo, Command, Push } from './protocol.ts';

/** What a link does to what it carries. */
export interface LinkFaults {
  /** It is cut once it has carried so many frames, answers and pushes together. */
  readonly cutAfter?: number;
  /** The probability that a push comes twice. */
  readonly duplicate?: number;
  /** The probability that a push is overtaken by the next. */
  readonly reorder?: number;
  /** When the sender of a message is shown it: before the answer to its send, after it, or not on this device at all. */
  readonly echo?: 'before' | 'after' | 'none';
  /** The answer to a send is lost: it is carried out, and the link is cut. The n-th send of the link, from 1. */
  readonly loseAnswer?: number;
}

/** Why a link ended. */
export type LinkEnd = 'closed' | 'cut' | 'replaced' | 'suspended';

/** The link is gone. `sent` says whether the command may have been carried out. */
export class LinkDown extends Error {
  override readonly name = 'LinkDown';
  readonly sent: boolean;

  constructor(sent: boolean) {
    super('the connection to the memory network was lost');
    this.sent = sent;
  }
}

/** How far pushes may pile up before the server gives up on a device that does not read. */
const mostPushes = 1000;

/** One device's connection: commands and answers, and pushes to be read in order. */
export class Link {
  /** Resolves when the link is gone. */
  readonly ended: Promise<LinkEnd>;
  readonly #handle: (command: Command) => unknown;
  readonly #faults: LinkFaults;
  readonly #random: Random;
  readonly #end: (why: LinkEnd) => void;
  readonly #pushes: Push[] = [];
  readonly #gone = Promise.withResolvers<never>();
  #held: Push[] = [];
  #echoes: Push[] | null = null;
  #wake: () => void = () => {};
  #frames = 0;
  #sends = 0;
  #open = true;

  constructor(handle: (command: Command) => unknown, faults: LinkFaults, random: Random) {
    this.#handle = handle;
    this.#faults = faults;
    this.#random = random;
    const { promise, resolve } = Promise.withResolvers<LinkEnd>();
    this.ended = promise;
    this.#end = resolve;
    this.#gone.promise.catch(() => {});
  }

  get open(): boolean {
    return this.#open;
  }

  /** Asks the server. Rejects with its `Refusal`, or with {@link LinkDown} when the link is or goes down. */
  async request<Name extends Command['do']>(
    command: Extract<Command, { do: Name }>,
  ): Promise<AnswerTo<Name>> {
    if (!this.#open) throw new LinkDown(false);
    return Promise.race([this.#exchange(command), this.#gone.promise]);
  }

  async #exchange<Name extends Command['do']>(
    command: Extract<Command, { do: Name }>,
  ): Promise<AnswerTo<Name>> {
    await nextTurn();
    if (!this.#open) throw new LinkDown(true);
    const sends = command.do === 'send' ? ++this.#sends : 0;
    this.#echoes = command.do === 'send' ? [] : null;
    const echoes = this.#echoes ?? [];
    let answer: AnswerTo<Name>;
    try {
      answer = this.#handle(command) as AnswerTo<Name>;
    } finally {
      this.#echoes = null;
    }
    const { echo = 'before', loseAnswer } = this.#faults;
    if (echo === 'before') for (const push of echoes) this.#queue(push);
    if (sends > 0 && sends === loseAnswer) this.end('cut');
    this.#count();
    await nextTurn();
    if (!this.#open) throw new LinkDown(true);
    if (echo === 'after') setImmediate(() => echoes.forEach((push) => this.#queue(push)));
    return answer;
  }

  /** Takes a push from the server. */
  push(push: Push): void {
    if (!this.#open) return;
    push = structuredClone(push);
    if (this.#echoes !== null && push.update.type === 'message') this.#echoes.push(push);
    else this.#queue(push);
  }

  /** The pushes, as they come; ends with the link. */
  async *pushes(): AsyncGenerator<Push> {
    while (this.#open) {
      // A turn, so that what overtakes has a chance to.
      await nextTurn();
      const push = this.#pushes.shift() ?? this.#held.shift();
      if (push !== undefined) yield push;
      else if (this.#open) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Ends it; harmless when it is over. */
  end(why: LinkEnd): void {
    if (!this.#open) return;
    this.#open = false;
    this.#gone.reject(new LinkDown(true));
    this.#end(why);
    this.#wake();
  }

  #queue(push: Push): void {
    if (!this.#open) return;
    const { duplicate = 0, reorder = 0 } = this.#faults;
    const copies = this.#random.chance(duplicate) ? [push, push] : [push];
    if (this.#held.length === 0 && this.#random.chance(reorder)) this.#held.push(...copies);
    else this.#pushes.push(...copies, ...this.#held.splice(0));
    if (this.#pushes.length > mostPushes) this.end('cut');
    this.#count();
    this.#wake();
  }

  #count(): void {
    if (++this.#frames > (this.#faults.cutAfter ?? Infinity)) this.end('cut');
  }
}
