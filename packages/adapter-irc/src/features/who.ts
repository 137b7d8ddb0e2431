import { keyOf, type Feature, type Runtime } from '../runtime.ts';
import { param, type IrcLine } from '../wire/line.ts';
import type { Channel } from './channel.ts';
import type { Channels } from './channels.ts';

/** Members above which nobody asks who they all are. */
const MOST_MEMBERS = 500;
/** Says which answers are to our questions; at most three digits (WHOX). */
const TOKEN = '176';

/**
 * Asks who is in a channel that we have entered: accounts by WHOX, and who is away, of whom later changes are told by
 * account-notify, extended-join and away-notify. One question at a time, behind whatever else is to be said.
 */
export class Who implements Feature {
  readonly #runtime: Runtime;
  readonly #channels: Channels;
  readonly #signal: AbortSignal;
  #turn: Promise<void> = Promise.resolve();

  constructor(runtime: Runtime, channels: Channels, signal: AbortSignal) {
    this.#runtime = runtime;
    this.#channels = channels;
    this.#signal = signal;
  }

  /** The list of a channel's members is complete. */
  listed({ key, name, occupants }: Channel): void {
    if (occupants.size > MOST_MEMBERS || occupants.size < 2) return;
    this.#turn = this.#turn.then(async () => {
      if (this.#signal.aborted || !this.#channels.all.has(key)) return;
      await this.#ask(name);
    });
  }

  take(line: IrcLine): void {
    // RPL_WHOSPCRPL, in the order that WHOX fixes: token, channel, user, host, nick, flags, account.
    if (line.command === '354' && param(line, 1) === TOKEN) {
      const [, , channel = '', user = '', host = '', nick = '', flags = '', account = ''] = line.params;
      this.#told(channel, nick, { user, host, flags, account: account === '0' ? null : account });
    }
    // RPL_WHOREPLY: channel, user, host, server, nick, flags, hops and real name.
    if (line.command === '352') {
      const [, channel = '', user = '', host = '', , nick = '', flags = ''] = line.params;
      this.#told(channel, nick, { user, host, flags, account: undefined });
    }
  }

  async #ask(name: string): Promise<void> {
    const { asks, support, host } = this.#runtime;
    const params = support.get('WHOX') === undefined ? [name] : [name, `%tcuhnfa,${TOKEN}`];
    const judge = (line: IrcLine): 'end' | null => (line.command === '315' ? 'end' : null);
    try {
      await asks.ask({ command: 'WHO', params, signal: this.#signal, judge, ends: true });
    } catch (error) {
      if (!this.#signal.aborted) host.log('debug', 'irc-who-failed', { error: String(error) });
    }
  }

  #told(
    name: string,
    nick: string,
    about: { user: string; host: string; flags: string; account: string | null | undefined },
  ): void {
    const channel = this.#channels.get(name);
    const key = keyOf(this.#runtime, nick);
    const occupant = channel?.occupants.get(key);
    if (channel === undefined || occupant === undefined || about.flags === '') return;
    const before = { away: occupant.away, account: occupant.account };
    occupant.user = about.user === '' ? occupant.user : about.user;
    occupant.host = about.host === '' ? occupant.host : about.host;
    occupant.away = about.flags.startsWith('G');
    if (about.account !== undefined) occupant.account = about.account;
    if (before.away !== occupant.away || before.account !== occupant.account)
      this.#runtime.commits.add(channel.member(key, keyOf(this.#runtime, this.#runtime.nick)));
  }
}
