import type { RemoteKey } from '@natter/core/model';
import { readFormatting } from '../mapping/format-codes.ts';
import { isName } from '../mapping/keys.ts';
import { sentAt } from '../mapping/message.ts';
import { systemMessage } from '../mapping/system-message.ts';
import { keyOf, type Feature, type Runtime } from '../runtime.ts';
import type { IrcLine } from '../wire/line.ts';
import type { Channels } from './channels.ts';
import { readRoom, ROOM_STATE, writeRoom } from './room-book.ts';

/** A channel gets another name (draft/channel-rename), and stays what it is: its history, its members and what it is entered by. */
export class ChannelRenames implements Feature {
  readonly #runtime: Runtime;
  readonly #channels: Channels;
  readonly #renamed: (from: RemoteKey, to: RemoteKey) => void;

  constructor(runtime: Runtime, channels: Channels, renamed: (from: RemoteKey, to: RemoteKey) => void) {
    this.#runtime = runtime;
    this.#channels = channels;
    this.#renamed = renamed;
  }

  take(line: IrcLine): void {
    if (line.command !== 'RENAME') return;
    const { support, commits } = this.#runtime;
    const [from = '', name = '', reason = ''] = line.params;
    const channel = this.#channels.get(from);
    const key = keyOf(this.#runtime, name);
    if (channel === undefined || !support.isChannel(name) || !isName(name)) return;
    if (key !== channel.key) {
      if (this.#channels.all.has(key)) return; // two of one name are none that a server has
      this.#channels.all.delete(channel.key);
      this.#channels.all.set(key, channel.renamed(key, name));
      commits.add({ type: 'rekey', of: 'conversation', from: channel.key, to: key });
      this.#renamed(channel.key, key);
      void this.#remember(channel.key, key, name);
    }
    commits.add({ type: 'upsert', of: 'conversation', key, value: { title: name } });
    const by = line.source?.nick ?? null;
    const why = readFormatting(reason).text;
    const text = `the channel was renamed from ${channel.name}${by === null ? '' : ` by ${by}`}${why === '' ? '' : `: ${why}`}`;
    const sender = {
      key: keyOf(this.#runtime, by ?? name),
      self: false,
      contact: null,
      name: by,
      proof: 'nick',
    } as const;
    const data = { event: 'renamed', from: channel.name, to: name };
    commits.add(systemMessage({ conversation: key, sender, text, data, sentAt: sentAt(line) }));
  }

  /** Under its new name it is entered at the next sign-in, with the key that it had. */
  async #remember(from: RemoteKey, to: RemoteKey, name: string): Promise<void> {
    const { host, commits } = this.#runtime;
    const room = readRoom((await host.state(ROOM_STATE + from))[ROOM_STATE + from] ?? '');
    if (room === null) return;
    commits.remember(ROOM_STATE + from, null);
    commits.remember(ROOM_STATE + to, writeRoom({ ...room, name }));
    await commits.flush();
  }
}
