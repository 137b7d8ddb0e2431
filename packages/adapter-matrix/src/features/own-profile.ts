import type { Outcome } from '@natter/core';
import { toErrorData, type Attachment, type ProfileAction } from '@natter/core/model';
import { refused } from '../mapping/errors.ts';
import { keyOf } from '../mapping/keys.ts';
import type { Runtime } from '../runtime.ts';
import type { Uploads } from './uploads.ts';

const DONE = { result: 'accepted', refs: [] } as const satisfies Outcome;

/** What we say of ourselves (Matrix 1.16, section "Profiles"). Each may be repeated without harm. Rejects with WireError. */
export class OwnProfile {
  readonly #runtime: Runtime;
  readonly #uploads: Uploads;

  constructor(runtime: Runtime, uploads: Uploads) {
    this.#runtime = runtime;
    this.#uploads = uploads;
  }

  async perform(change: ProfileAction, signal: AbortSignal): Promise<Outcome> {
    switch (change.action) {
      case 'name':
        return this.#rename(change.name, signal);
      case 'avatar':
        return this.#avatar(change.image, signal);
      case 'password':
        // The server wants the password as it is, which an operation has no place for.
        return refused('unsupported', 'the password of a Matrix account is changed step by step');
    }
  }

  async #rename(name: string | null, signal: AbortSignal): Promise<Outcome> {
    const { api, host } = this.#runtime;
    await this.#put('displayname', name ?? '', signal);
    try {
      await host.commit({ origin: 'live', events: [{ type: 'self', key: keyOf(api.userId), name }] });
    } catch (error) {
      host.log('warn', 'matrix-name-not-stored', { message: toErrorData(error).message });
    }
    return DONE;
  }

  async #avatar(image: Attachment | null, signal: AbortSignal): Promise<Outcome> {
    // Homeservers take an empty address as none; to delete a field of the profile came with Matrix 1.16 only.
    await this.#put('avatar_url', image === null ? '' : await this.#uploads.bring(image, signal), signal);
    return DONE;
  }

  async #put(field: 'displayname' | 'avatar_url', value: string, signal: AbortSignal): Promise<void> {
    const { api } = this.#runtime;
    const path = ['client', 'v3', 'profile', api.userId, field];
    await api.call({ method: 'PUT', path, body: { [field]: value }, signal });
  }
}
