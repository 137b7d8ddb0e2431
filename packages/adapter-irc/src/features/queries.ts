import type { Page, Queries, RoomListing } from '@natter/core';
import { NatterError, errorData, remoteKey } from '@natter/core/model';
import { readFormatting } from '../mapping/format-codes.ts';
import { isName } from '../mapping/keys.ts';
import { keyOf, type Runtime } from '../runtime.ts';
import { param, type IrcLine } from '../wire/line.ts';
import type { Channels } from './channels.ts';

/** Most rooms of one answer: some networks have fifty thousand. */
const MOST_ROOMS = 500;

/** Answers that are not stored by themselves. */
export class Questions {
  readonly #runtime: Runtime;
  readonly #channels: Channels;

  constructor(runtime: Runtime, channels: Channels) {
    this.#runtime = runtime;
    this.#channels = channels;
  }

  /** A nick, or a channel: any that is well-formed may be somebody's. */
  resolve(address: string): Queries['resolve'][1] {
    const nick = address.trim();
    if (!isName(nick) || this.#runtime.support.isChannel(nick)) return null;
    return { contact: keyOf(this.#runtime, nick), address: nick, name: null };
  }

  /** The members as NAMES lists them now. */
  async members({ conversation }: Queries['members'][0], signal: AbortSignal): Promise<Page> {
    const known = this.#channels.get(conversation);
    if (known === undefined)
      throw new NatterError(errorData('not-found', 'we are not in that channel', { scope: 'conversation' }));
    await this.#runtime.asks.ask({ command: 'NAMES', params: [conversation], signal });
    const own = keyOf(this.#runtime, this.#runtime.nick);
    const events = known.list(own, `asked-${Date.now()}`);
    return { batch: { origin: 'snapshot', events }, next: null, reached: 'end' };
  }

  /** LIST, and what of it fits the text. */
  async rooms({ text }: Queries['rooms'][0], signal: AbortSignal): Promise<Queries['rooms'][1]> {
    const { asks } = this.#runtime;
    const judge = (line: IrcLine): 'part' | 'end' | null =>
      line.command === '322' ? 'part' : line.command === '323' ? 'end' : null;
    const { lines } = await asks.ask({ command: 'LIST', params: [], signal, judge, ends: true });
    const wanted = text.toLowerCase();
    const items: RoomListing[] = [];
    for (const line of lines) {
      if (line.command !== '322' || items.length >= MOST_ROOMS) continue;
      const topic = readFormatting(param(line, 3)).text;
      const address = param(line, 1);
      if (!`${address} ${topic}`.toLowerCase().includes(wanted)) continue;
      const members = Number.parseInt(param(line, 2), 10);
      items.push({
        address: remoteKey(address),
        name: address,
        topic: topic === '' ? null : topic,
        members: Number.isFinite(members) ? members : null,
      });
    }
    return { items, next: null };
  }
}
