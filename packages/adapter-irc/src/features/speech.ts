import type { Op, Outcome } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Asks, Question } from '../asks.ts';
import { failedOutcome } from '../mapping/errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Batch } from '../wire/batches.ts';
import { WireError } from '../wire/error.ts';
import { lastParam, type IrcLine } from '../wire/line.ts';
import { Messages, type OnItsWay } from './messages.ts';

/** How and to whom something is said. */
export interface Manner {
  readonly command: string;
  readonly target: RemoteKey;
  readonly tags: Readonly<Record<string, string>>;
}

/** One line of a text, and which one it is. */
export interface Piece {
  readonly text: string;
  readonly part: number;
}

/** What was heard of what we said. */
interface Heard {
  readonly confirmed: boolean;
  readonly refs: readonly RemoteKey[];
}

/** Most lines that leave before an answer: of more than 2 KiB at once ngircd leaves the rest with TLS until more comes. */
const MOST_TOGETHER = 3;

/** Says lines, and listens for what the server tells of them. */
export class Speech {
  readonly #runtime: Runtime;
  readonly #messages: Messages;
  readonly #asks: Asks;

  constructor(runtime: Runtime, messages: Messages) {
    this.#runtime = runtime;
    this.#messages = messages;
    this.#asks = runtime.asks;
  }

  /**
   * Says the lines of one text. What is refused is the first line, before another has left. Where the server does not say
   * what it answers, the others go a few together, because the PING that finds the end of each answer counts as a line, too:
   * one behind every line would halve the pace that flood limits leave us.
   */
  async sayEach(op: Op, manner: Manner, lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const refs: RemoteKey[] = [];
    let confirmed = true;
    for (const [index, pieces] of this.#groups(lines).entries()) {
      const { command, target, tags } = manner;
      const said = pieces.map(({ text }) => ({ command, params: [target, text] }));
      const [first = { command, params: [] }, ...more] = said;
      try {
        const heard = await this.hear(op, manner, pieces, {
          ...first,
          tags: index === 0 ? tags : {},
          more,
          signal,
        });
        confirmed &&= heard.confirmed;
        refs.push(...heard.refs);
      } catch (error) {
        return failedOutcome(index === 0 ? error : halfSent(error));
      }
    }
    return confirmed ? { result: 'accepted', refs } : { result: 'unconfirmed' };
  }

  #groups(lines: readonly string[]): Piece[][] {
    const pieces = lines.map((text, part) => ({ text, part }));
    if (this.#asks.nextLabel !== null || pieces.length <= 2) return pieces.map((piece) => [piece]);
    const groups = [pieces.slice(0, 1)];
    for (let at = 1; at < pieces.length; at += MOST_TOGETHER)
      groups.push(pieces.slice(at, at + MOST_TOGETHER));
    return groups;
  }

  /** Sends what says the pieces, and listens for their echoes. */
  async hear(
    op: Op,
    { command, target }: Manner,
    pieces: readonly Piece[],
    question: Question,
  ): Promise<Heard> {
    const isEcho = (line: IrcLine, text: string): boolean =>
      line.command === command &&
      lastParam(line) === text &&
      this.#messages.senderOf(line).self &&
      this.#messages.conversationOf(line) === target;
    const doubts = pieces.map((piece) => ({ operation: op.id, target, ...piece }));
    await Promise.all(doubts.map((doubt) => this.#runtime.doubts.begin(doubt)));
    const waiting: OnItsWay[] = doubts.map((doubt) => ({ ...doubt, label: this.#asks.nextLabel }));
    for (const sent of waiting) this.#messages.onItsWay.add(sent);
    const judge = (line: IrcLine): 'part' | 'end' | null => {
      const at = waiting.findIndex(({ text }) => isEcho(line, text));
      if (at < 0) return null;
      // Two lines may say the same: each echo is that of one.
      for (const sent of waiting.splice(at, 1)) this.#messages.onItsWay.delete(sent);
      return waiting.length === 0 ? 'end' : 'part';
    };
    const answers = (batch: Batch): boolean => {
      const whole = Messages.whole(batch);
      return whole !== null && isEcho(whole, pieces[0]?.text ?? '');
    };
    try {
      const { labeled, lines, batch } = await this.#asks.ask({ ...question, judge, answers });
      const echoes = lines.filter((line) => line.command === command);
      // What a label or a batch ties to the question is not judged line by line.
      const whole = echoes.length > 0 && (labeled || batch !== null);
      const unheard = whole ? [] : waiting;
      // Without an echo the history will tell it once more, under a name that we do not know yet.
      for (const doubt of doubts)
        if (!unheard.some(({ part }) => part === doubt.part)) this.#runtime.doubts.settle(doubt);
      const ids = echoes.flatMap(idOf);
      const refs = whole ? [...(batch === null ? [] : idOf(batch)), ...ids].slice(0, 1) : ids;
      return { confirmed: labeled || unheard.length === 0, refs };
    } catch (error) {
      const several = pieces.length > 1 && error instanceof WireError && error.code === 'refused';
      const doubtful = error instanceof WireError && (error.sent || several);
      if (!doubtful) for (const doubt of doubts) this.#runtime.doubts.settle(doubt);
      throw error;
    } finally {
      for (const sent of waiting) this.#messages.onItsWay.delete(sent);
    }
  }
}

function idOf({ tags }: IrcLine | Batch): RemoteKey[] {
  const id = tags.get('msgid') ?? '';
  return id === '' ? [] : [remoteKey(id)];
}

/** What comes after a line that left is no longer "not sent" or "refused". */
function halfSent(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  const half = new WireError('disconnected', `only a part was said: ${message}`, { cause: error });
  half.sent = true;
  return half;
}
