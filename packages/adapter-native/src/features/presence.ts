import { remoteKey, unknownPresence, type Ephemeral, type OwnPresence, type Presence } from '@natter/core';
import type { AccountPresence } from '@natter/native-protocol';
import { offlinePresence, presenceOfDevice } from '../mapping/contact.ts';
import { errorOf } from '../mapping/errors.ts';
import type { Context } from './context.ts';

/** The presence of contacts, device by device, and ours. */
export class Presences {
  readonly #context: Context;
  /** The devices that were told, by address: each state replaces the one before. */
  readonly #devices = new Map<string, ReadonlySet<string>>();

  /** The contacts whom we may see; the roster keeps it. */
  readonly #watched: ReadonlySet<string>;

  constructor(context: Context, watched: ReadonlySet<string>) {
    this.#context = context;
    this.#watched = watched;
  }

  /** Shows ours and asks for theirs. Who is watched and not named in the answer is offline. */
  async start(own: OwnPresence): Promise<void> {
    try {
      this.show(own);
      const { presences } = await this.#context.connection.request('presence-watch', (id) => ({
        type: 'presence-watch',
        id,
        on: true,
      }));
      const told = new Set(presences.map(({ address }) => address));
      const absent = [...this.#watched].filter((address) => !told.has(address));
      this.#tell([...presences, ...absent.map((address) => ({ address, devices: [] }))]);
    } catch (caught) {
      this.#context.host.log('warn', 'native.presence-failed', { code: errorOf(caught, 'account').code });
    }
  }

  /** Best effort: a lost one is told again at the next sign-in. */
  show({ availability, text }: OwnPresence): void {
    const shown = availability === 'invisible' ? 'offline' : availability;
    this.#context.connection
      .request('presence-set', (id) => ({
        type: 'presence-set',
        id,
        availability: shown,
        ...(text === null ? {} : { text: cut(text) }),
      }))
      .catch((caught: unknown) => {
        this.#context.host.log('debug', 'native.presence-not-set', { code: errorOf(caught, 'account').code });
      });
  }

  pushed(presence: AccountPresence): void {
    if (presence.devices.length > 0 || this.#watched.has(presence.address)) this.#tell([presence]);
  }

  /** Whether we may see a contact has been settled: one who is not here is offline, one whom we may not see is unknown. */
  settled(address: string): void {
    const told = this.#devices.has(address);
    if (this.#watched.has(address)) {
      if (!told) this.#tell([{ address, devices: [] }]);
    } else if (told) {
      this.#devices.delete(address);
      this.#context.host.hint([
        { type: 'presence', key: remoteKey(address), resource: null, presence: unknownPresence },
      ]);
    }
  }

  #tell(presences: readonly AccountPresence[]): void {
    const hints = presences.flatMap((presence) => this.#hints(presence));
    if (hints.length > 0) this.#context.host.hint(hints);
  }

  /** The last device to go takes along when its owner was last seen; others just go. */
  #hints(presence: AccountPresence): Ephemeral[] {
    const key = remoteKey(presence.address);
    const before = this.#devices.get(presence.address);
    const now = new Set(presence.devices.map(({ device }) => device));
    this.#devices.set(presence.address, now);
    const hint = (resource: string | null, shown: Presence | null): Ephemeral => ({
      type: 'presence',
      key,
      resource,
      presence: shown,
    });
    const shown = presence.devices.map((device) => hint(device.device, presenceOfDevice(device)));
    const last = now.size === 0 ? offlinePresence(presence) : null;
    if (before === undefined) return last === null ? shown : [hint(null, last)];
    const gone = [...before].filter((device) => !now.has(device));
    return [...gone.map((device) => hint(device, last)), ...shown];
  }
}

/** As much of a text as a status may have, whole characters only: half of a pair is no text, and the frame would be refused. */
function cut(text: string): string {
  return text.slice(0, 256).replace(/[\uD800-\uDBFF]$/, '');
}
