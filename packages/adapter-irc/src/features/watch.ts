import type { RemoteKey } from '@natter/core/model';
import { keyOf, type Runtime } from '../runtime.ts';
import { byteLength } from '../wire/format-line.ts';
import { lastParam, param, parseSource, type IrcLine } from '../wire/line.ts';

/** Bytes of nicks in one line. */
const NICK_BYTES = 400;
/** RFC 2812 section 4.8: USERHOST takes five. */
const USERHOST_NICKS = 5;
/** Most of those who are there that are asked for at once whether they are away. */
const AWAY_NICKS = 10;

/** Who is told of those that are watched. `away` is null where nobody said. */
export interface WatchEvents {
  changed(nick: string, online: boolean, away: boolean | null): void;
}

/** Finds out who of the watched is there: by MONITOR, or by asking again and again (ISON, USERHOST). */
export class Watch {
  readonly #runtime: Runtime;
  readonly #events: WatchEvents;
  /** Those who are asked for again and again: all where there is no MONITOR, and those for whom its list has no room. */
  readonly #polled = new Map<RemoteKey, string>();
  readonly #monitored = new Map<RemoteKey, string>();
  readonly #online = new Map<RemoteKey, boolean>();
  /** Who of the monitored is there, those first who were asked for longest ago. */
  readonly #there = new Map<RemoteKey, string>();
  #awayTimer: ReturnType<typeof setInterval> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #polling = false;
  /** Somebody was added during a round. */
  #again = false;
  /** Ends with the connection. */
  signal: AbortSignal = AbortSignal.abort();

  constructor(runtime: Runtime, events: WatchEvents) {
    this.#runtime = runtime;
    this.#events = events;
  }

  /** Begins with these. */
  start(nicks: readonly string[], signal: AbortSignal): void {
    this.signal = signal;
    this.#take(nicks);
    this.#awayTimer = setInterval(() => this.#askAgain(), this.#runtime.config.pollTime);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#awayTimer !== null) clearInterval(this.#awayTimer);
    this.#timer = null;
    this.#awayTimer = null;
    this.signal = AbortSignal.abort();
  }

  add(nick: string): void {
    this.#take([nick]);
  }

  remove(key: RemoteKey): void {
    const nick = this.#monitored.get(key);
    this.#polled.delete(key);
    this.#online.delete(key);
    this.#there.delete(key);
    if (this.#monitored.delete(key) && nick !== undefined) this.#monitor('-', [nick]);
  }

  /** MONITOR's numerics: online, offline, and those for whom the list has no room. */
  take(line: IrcLine): void {
    if (line.command === '734') return this.#noRoom(param(line, 2).split(','));
    if (line.command !== '730' && line.command !== '731') return;
    const nicks = lastParam(line)
      .split(',')
      .flatMap((word) => parseSource(word)?.nick ?? []);
    for (const nick of nicks) {
      if (line.command === '730') this.#there.set(keyOf(this.#runtime, nick), nick);
      else this.#there.delete(keyOf(this.#runtime, nick));
      this.#events.changed(nick, line.command === '730', null);
    }
    // Who is there may be away: the answer comes by USERHOST.
    if (line.command === '730') void this.#askAway(nicks);
  }

  /** Of whom we share no channel with, nobody tells that they go away, unless the server has extended-monitor: some are asked for at a time. */
  #askAgain(): void {
    const { enabled } = this.#runtime;
    if (enabled.has('extended-monitor') && enabled.has('away-notify')) return;
    const some = [...this.#there].slice(0, AWAY_NICKS);
    for (const [key, nick] of some) {
      this.#there.delete(key);
      this.#there.set(key, nick);
    }
    if (some.length > 0) void this.#askAway(some.map(([, nick]) => nick));
  }

  /** As many as the server monitors (ISUPPORT MONITOR, without bound when it names none); the others are asked for. */
  #take(nicks: readonly string[]): void {
    const most = this.#monitors ? this.#runtime.support.number('MONITOR', Number.POSITIVE_INFINITY) : 0;
    const fresh: string[] = [];
    for (const nick of nicks) {
      const key = keyOf(this.#runtime, nick);
      if (this.#monitored.has(key)) continue;
      if (this.#monitored.size >= most) this.#polled.set(key, nick);
      else {
        this.#monitored.set(key, nick);
        fresh.push(nick);
      }
    }
    this.#monitor('+', fresh);
    if (this.#polled.size > 0 || most === 0) void this.#poll();
  }

  #noRoom(nicks: readonly string[]): void {
    for (const nick of nicks) {
      const key = keyOf(this.#runtime, nick);
      const known = this.#monitored.get(key);
      if (this.#monitored.delete(key) && known !== undefined) this.#polled.set(key, known);
    }
    if (this.#polled.size > 0) void this.#poll();
  }

  get #monitors(): boolean {
    return this.#runtime.support.get('MONITOR') !== undefined;
  }

  #monitor(sign: '+' | '-', nicks: readonly string[]): void {
    for (const piece of inPieces(nicks, Number.POSITIVE_INFINITY))
      this.#runtime.connection.hint('MONITOR', [sign, piece.join(',')]);
  }

  /** One round at a time: an answer does not say which question it is for. */
  async #poll(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#again = this.#polling;
    if (this.#polling) return;
    this.#polling = true;
    await this.#round();
    this.#polling = false;
    if (this.signal.aborted) return;
    if (this.#again) return this.#poll();
    if (this.#polled.size > 0)
      this.#timer = setTimeout(() => void this.#poll(), this.#runtime.config.pollTime);
  }

  async #round(): Promise<void> {
    try {
      for (const piece of inPieces([...this.#polled.values()], Number.POSITIVE_INFINITY)) {
        const there = await this.#ison(piece);
        await this.#askAway(piece.filter((nick) => there.has(keyOf(this.#runtime, nick))));
        for (const nick of piece) this.#told(nick, there.has(keyOf(this.#runtime, nick)));
      }
    } catch (error) {
      this.#runtime.host.log('debug', 'irc-poll-failed', { error: String(error) });
    }
  }

  /** Who is gone is told when that changes; who is there is told by {@link #askAway}. */
  #told(nick: string, online: boolean): void {
    const key = keyOf(this.#runtime, nick);
    if (!online && this.#online.get(key) !== false) this.#events.changed(nick, false, null);
    this.#online.set(key, online);
  }

  async #ison(nicks: readonly string[]): Promise<ReadonlySet<RemoteKey>> {
    const { asks } = this.#runtime;
    const judge = (line: IrcLine): 'end' | null => (line.command === '303' ? 'end' : null);
    const { lines } = await asks.ask({
      command: 'ISON',
      params: nicks,
      signal: this.signal,
      judge,
      ends: true,
    });
    const answer = lines.find(({ command }) => command === '303');
    const words = answer === undefined ? [] : lastParam(answer).split(' ');
    return new Set(words.filter((word) => word !== '').map((nick) => keyOf(this.#runtime, nick)));
  }

  /** RPL_USERHOST: `nick=+~user@host`, with `-` in place of `+` for who is away. */
  async #askAway(nicks: readonly string[]): Promise<void> {
    const { asks } = this.#runtime;
    const judge = (line: IrcLine): 'end' | null => (line.command === '302' ? 'end' : null);
    for (const piece of inPieces(nicks, USERHOST_NICKS)) {
      const answer = await asks
        .ask({ command: 'USERHOST', params: piece, signal: this.signal, judge, ends: true })
        .catch(() => null); // presence is told as far as it is known
      const line = answer?.lines.find(({ command }) => command === '302');
      for (const word of (line === undefined ? '' : param(line, line.params.length - 1)).split(' ')) {
        const [, nick, sign] = /^([^=*]+)\*?=([+-])/.exec(word) ?? [];
        if (nick !== undefined) this.#events.changed(nick, true, sign === '-');
      }
    }
  }
}

function inPieces(nicks: readonly string[], most: number): string[][] {
  const pieces: string[][] = [];
  for (const nick of nicks) {
    const piece = pieces.at(-1);
    if (piece !== undefined && piece.length < most && byteLength([...piece, nick].join(' ')) <= NICK_BYTES)
      piece.push(nick);
    else pieces.push([nick]);
  }
  return pieces;
}
