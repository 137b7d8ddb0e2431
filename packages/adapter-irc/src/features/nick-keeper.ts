import type { Outcome } from '@natter/core';
import { failedOutcome } from '../mapping/errors.ts';
import { isName } from '../mapping/keys.ts';
import { isOwn, keyOf, type Feature, type Runtime } from '../runtime.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import { refused } from './outgoing.ts';

/** How often we look whether our nick is free again, in milliseconds. */
const RECLAIM_TIME = 60_000;

/** Knows what we are called, and takes our nick back when somebody else had it. */
export class NickKeeper implements Feature {
  readonly #runtime: Runtime;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** What we want to be called. */
  wanted: string;

  constructor(runtime: Runtime, wanted: string) {
    this.#runtime = runtime;
    this.wanted = wanted;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#reclaim(), RECLAIM_TIME);
    if (!this.#isOurs()) this.#monitor('+');
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Looks last of all features: what came before it in a line was under the old nick. */
  take(line: IrcLine): void {
    const nick = line.source?.nick ?? '';
    this.#learnMask(line);
    const leaves = line.command === 'QUIT' || (line.command === 'NICK' && !isOwn(this.#runtime, nick));
    const gone = line.command === '731' ? lastParam(line).split(',') : leaves ? [nick] : [];
    if (gone.some((name) => this.#is(name, this.wanted))) this.#reclaim();
    if (line.command === 'NICK' && isOwn(this.#runtime, nick) && param(line, 0) !== '')
      this.#renamed(param(line, 0));
  }

  /**
   * By us, by another device of ours, or by the server. Services put a guest where the nick is somebody's: to take it again
   * would go on without end. A number for a nick is what is left of a collision, and no choice of anybody.
   */
  #renamed(nick: string): void {
    this.#runtime.nick = nick;
    const key = keyOf(this.#runtime, nick);
    this.#runtime.commits.add({ type: 'self', key, name: nick });
    this.#monitor('-');
    if (/^\d/.test(nick)) this.#monitor('+');
    else this.wanted = nick;
  }

  /** MONITOR tells when nobody has our nick any more, where there is no channel to see them leave. */
  #monitor(sign: '+' | '-'): void {
    if (this.#runtime.support.get('MONITOR') !== undefined)
      this.#runtime.connection.hint('MONITOR', [sign, this.wanted]);
  }

  /** What servers put before our words is in whatever they tell of us; 396 and CHGHOST tell that it changes. */
  #learnMask({ command, source, params }: IrcLine): void {
    const { user = null, host = null } = isOwn(this.#runtime, source?.nick ?? '') ? (source ?? {}) : {};
    if (user === null || host === null) {
      const hidden = command === '396' ? params[1] : undefined;
      if (hidden !== undefined) this.#runtime.mask = hidden.includes('@') ? hidden : null;
    } else this.#runtime.mask = command === 'CHGHOST' ? `${params[0]}@${params[1]}` : `${user}@${host}`;
  }

  /** Another nick for good. */
  async rename(name: string | null, signal: AbortSignal): Promise<Outcome> {
    if (name === null || !isName(name)) return refused('invalid', 'this is no nick');
    const judge = (line: IrcLine): 'end' | null =>
      line.command === 'NICK' && isOwn(this.#runtime, param(line, 0)) ? 'end' : null;
    try {
      await this.#runtime.asks.ask({ command: 'NICK', params: [name], signal, judge });
      this.wanted = name;
      return { result: 'accepted', refs: [] };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  #reclaim(): void {
    if (!this.#isOurs()) this.#runtime.connection.hint('NICK', [this.wanted]);
  }

  /** Servers cut a nick that is longer than they take (NICKLEN). */
  #isOurs(): boolean {
    const most = this.#runtime.support.number('NICKLEN', this.wanted.length);
    return (
      this.#is(this.#runtime.nick, this.wanted) || this.#is(this.#runtime.nick, this.wanted.slice(0, most))
    );
  }

  #is(a: string, b: string): boolean {
    return keyOf(this.#runtime, a) === keyOf(this.#runtime, b);
  }
}
