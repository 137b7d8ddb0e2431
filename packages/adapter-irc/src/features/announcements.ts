import type { Announcement } from '@natter/core/model';
import { announcementOf, fromServer } from '../mapping/announcement.ts';
import { readFormatting } from '../mapping/format-codes.ts';
import { sentAt } from '../mapping/message.ts';
import { systemMessage } from '../mapping/system-message.ts';
import { keyOf, type Feature, type Runtime } from '../runtime.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import type { Channels } from './channels.ts';

/** Most that are kept of a run: greetings are long. */
const MOST = 100;

/** What the server says to everybody: of itself to the account, and of a channel in it. Neither makes a conversation. */
export class Announcements implements Feature {
  readonly #runtime: Runtime;
  readonly #channels: Channels;
  #said: Announcement[] = [];
  #changed = false;

  constructor(runtime: Runtime, channels: Channels) {
    this.#runtime = runtime;
    this.#channels = channels;
  }

  take(line: IrcLine): void {
    if (line.command === 'NOTICE' && fromServer(line) && this.#inChannel(line)) return;
    const said = announcementOf(line);
    if (said === null) return;
    this.#said = [...this.#said, said].slice(-MOST);
    this.#changed = true;
  }

  /** Tells it once for all that came together. */
  tell(): void {
    if (this.#changed) this.#runtime.host.announcements(this.#said);
    this.#changed = false;
  }

  /** `NOTICE #channel` of a server: who was invited, what a mode has done. True when it is shown there. */
  #inChannel(line: IrcLine): boolean {
    const { support, commits } = this.#runtime;
    const channel = this.#channels.get(support.withoutStatus(param(line, 0)));
    if (channel === undefined) return false;
    const name = line.source?.nick ?? null;
    const key = keyOf(this.#runtime, name ?? channel.name);
    const sender = { key, self: false, contact: null, name, proof: 'nick' } as const;
    const { text } = readFormatting(lastParam(line));
    const data = { event: 'server-notice' };
    commits.add(systemMessage({ conversation: channel.key, sender, text, data, sentAt: sentAt(line) }));
    return true;
  }
}
