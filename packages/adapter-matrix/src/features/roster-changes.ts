import type { Op, Outcome, RosterChange } from '@natter/core';
import { failedOutcome, refused } from '../mapping/errors.ts';
import { isUserId, readAddress } from '../mapping/keys.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { getMap } from '../wire/json.ts';
import { CONTACTS, DIRECT, IGNORED, withEntry, type OwnNames } from './account-data.ts';
import type { Directs } from './directs.ts';

const DONE: Outcome = { result: 'accepted', refs: [] };

/** What we do to the contact list, which is one of direct conversations. */
export class RosterChanges {
  readonly #runtime: Runtime;
  readonly #directs: Directs;

  constructor(runtime: Runtime, directs: Directs) {
    this.#runtime = runtime;
    this.#directs = directs;
  }

  async perform(op: Op, change: RosterChange, signal: AbortSignal): Promise<Outcome> {
    try {
      if (signal.aborted) throw new WireError('aborted', 'it was taken back');
      if (change.action === 'add') return await this.#add(op, change, signal);
      const { contact } = change;
      if (!isUserId(contact)) return refused('not-found', 'there is nobody of that name on Matrix');
      return await this.#change(contact, change, signal);
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #add(
    op: Op,
    change: Extract<RosterChange, { action: 'add' }>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const userId = readAddress(change.address);
    if (userId === null)
      return refused(
        'invalid',
        `"${change.address.slice(0, 100)}" is no Matrix address; it looks like @name:example.org`,
      );
    const room = await this.#directs.roomFor(userId, op, signal);
    await this.#directs.inviteAgain(userId, room, signal);
    const { alias = null, groups = [] } = change;
    if (alias !== null || groups.length > 0) await this.#name(userId, { alias, groups }, signal);
    return DONE;
  }

  async #change(
    userId: string,
    change: Exclude<RosterChange, { action: 'add' }>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { api, accountData } = this.#runtime;
    switch (change.action) {
      case 'accept':
      case 'deny': {
        const room = this.#directs.invitationOf(userId);
        if (room === undefined) return refused('not-found', `${userId} does not ask for anything`);
        if (change.action === 'accept') await this.#directs.accept(room, userId, signal);
        else
          await api.call({
            method: 'POST',
            path: ['client', 'v3', 'rooms', room.id, 'leave'],
            body: {},
            signal,
          });
        return DONE;
      }
      case 'remove':
        // The rooms stay, and with them what was said: they are no direct conversations any more.
        await accountData.change(DIRECT, (content) => withEntry(content, userId, undefined), signal);
        this.#directs.forget(userId);
        return DONE;
      case 'block':
      case 'unblock': {
        const entry = change.action === 'block' ? {} : undefined;
        await accountData.change(
          IGNORED,
          (content) => ({
            ...content,
            ignored_users: withEntry(getMap(content, 'ignored_users') ?? {}, userId, entry),
          }),
          signal,
        );
        return DONE;
      }
      case 'rename':
      case 'groups':
        await this.#name(userId, change, signal);
        return DONE;
    }
  }

  #name(userId: string, { alias, groups }: OwnNames, signal: AbortSignal): Promise<void> {
    const entry = alias === null && groups.length === 0 ? undefined : { alias, groups: [...groups] };
    return this.#runtime.accountData.change(
      CONTACTS,
      (content) => ({ ...content, contacts: withEntry(getMap(content, 'contacts') ?? {}, userId, entry) }),
      signal,
    );
  }
}
