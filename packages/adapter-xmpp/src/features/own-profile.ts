import type { Outcome } from '@natter/core';
import { errorData, remoteKey, type ProfileAction } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { PASSWORD, TOKEN } from '../credentials.ts';
import { mapError } from '../mapping/errors.ts';
import type { Runtime } from '../runtime.ts';
import { parseAddress } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import { OwnAvatar } from './own-avatar.ts';
import type { PresenceFeature } from './presence.ts';
import { publish } from './publication.ts';
import { changePassword } from './registration.ts';

/** What we say of ourselves, and the password by which we sign in. Each may be repeated without harm. */
export class OwnProfile {
  readonly #runtime: Runtime;

  readonly #avatar: OwnAvatar;

  constructor(runtime: Runtime, presence: PresenceFeature) {
    this.#runtime = runtime;
    this.#avatar = new OwnAvatar(runtime, presence);
  }

  async perform(change: ProfileAction, signal: AbortSignal): Promise<Outcome> {
    try {
      if (change.action === 'name') return await this.#name(change.name, signal);
      if (change.action === 'avatar') {
        await this.#avatar.show(change.image, signal);
        return { result: 'accepted', refs: [] };
      }
      return await this.#password(change.secret, signal);
    } catch (error) {
      const failure = asWireError(error);
      if (failure.code === 'stanza-error') return { result: 'refused', error: mapError(failure, 'account') };
      return { result: 'unknown', error: mapError(failure, 'account', false) };
    }
  }

  /** XEP-0172. */
  async #name(name: string | null, signal: AbortSignal): Promise<Outcome> {
    const { stream, commits, own } = this.#runtime;
    const payload = new Element('nick', { xmlns: NS.nick });
    if (name !== null) payload.t(name);
    await publish(stream, NS.nick, { id: 'current', payload }, signal);
    await commits.batch({ origin: 'live', events: [{ type: 'self', key: remoteKey(own), name }] });
    return { result: 'accepted', refs: [] };
  }

  /** The new password is a secret of the account already: an operation holds none. The token of the old one is void. */
  async #password(secret: string, signal: AbortSignal): Promise<Outcome> {
    const { stream, host, own } = this.#runtime;
    const password = await host.secret(secret);
    if (password === null) {
      const message = `there is no secret "${secret}" that could be the new password`;
      return { result: 'refused', error: errorData('secret', message, { scope: 'account' }) };
    }
    await changePassword(stream, parseAddress(own)?.local ?? '', password, signal);
    await host.setSecret(PASSWORD, password);
    await host.setSecret(TOKEN, null);
    return { result: 'accepted', refs: [] };
  }
}
