import type { Ephemeral } from '@natter/core';
import type { OwnPresence } from '@natter/core/model';
import { keyOf } from '../mapping/keys.ts';
import { readPresence, writePresence } from '../mapping/presence.ts';
import { readEvents } from '../mapping/room-event.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import type { Json, JsonMap } from '../wire/json.ts';

/** Contacts that are asked for at the beginning of a run. */
const MOST_ASKED = 200;

/** Who of our contacts is there, where the server tells (Matrix 1.16, section "Presence"), and what they see of us. */
export class PresenceFeature {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The presence events of a synchronisation. */
  take(events: readonly Json[]): Ephemeral[] {
    const { contacts } = this.#runtime;
    return readEvents(events).flatMap(({ sender, content }) =>
      contacts.has(sender) ? [hintOf(sender, content)] : [],
    );
  }

  /** A synchronisation tells only changes: what holds already is asked for, one contact after the other. */
  async ask(): Promise<void> {
    const { contacts, host, api, ended: signal } = this.#runtime;
    for (const userId of contacts.all().slice(0, MOST_ASKED)) {
      if (signal.aborted) return;
      try {
        const path = ['client', 'v3', 'presence', userId, 'status'];
        const content = await api.call({ method: 'GET', path, signal });
        if (!signal.aborted) host.hint([hintOf(userId, content)]);
      } catch (error) {
        // Who shares no room with us tells us nothing; a server that cannot be asked is the synchronisation's to report.
        if (!(error instanceof WireError)) throw error;
        if (error.code !== 'refused' || error.status === 429) return;
      }
    }
  }

  /** Shows ours. Best effort. */
  show(presence: OwnPresence): void {
    const { api, host, ended: signal } = this.#runtime;
    const body = { presence: writePresence(presence), status_msg: presence.text ?? '' };
    const path = ['client', 'v3', 'presence', api.userId, 'status'];
    api.call({ method: 'PUT', path, body, signal }).catch((error: unknown) => {
      if (!signal.aborted)
        host.log('debug', 'matrix-presence-not-shown', { message: String(error).slice(0, 200) });
    });
  }
}

function hintOf(userId: string, content: JsonMap): Ephemeral {
  return {
    type: 'presence',
    key: keyOf(userId),
    resource: null,
    presence: readPresence(content, Date.now()),
  };
}
