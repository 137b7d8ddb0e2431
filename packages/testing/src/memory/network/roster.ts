import type { Subscription } from '@natter/core';
import type { Command, RosterEntry } from './protocol.ts';
import type { Account, State } from './state.ts';

type Do<Name extends Command['do']> = Extract<Command, { do: Name }>;

/** Puts somebody on the roster and asks to see their presence. */
export function add(state: State, own: Account, command: Do<'roster-add'>): null {
  const other = state.account(command.address);
  const { alias, groups } = command;
  const granted = entryOf(own, other).subscription.to === 'granted';
  set(state, own, other, { alias, groups }, granted ? {} : { to: 'pending' });
  if (!granted) set(state, other, own, { request: command.text ?? '' }, { from: 'pending' });
  return null;
}

/** Renames or regroups. */
export function update(state: State, own: Account, command: Do<'roster-set'>): null {
  set(state, own, state.account(command.address), { alias: command.alias, groups: command.groups }, {});
  return null;
}

/** Answers a request. */
export function answer(state: State, own: Account, command: Do<'roster-answer'>): null {
  const other = state.account(command.address);
  const given = command.granted ? 'granted' : 'denied';
  set(state, own, other, { request: null }, { from: given });
  set(state, other, own, {}, { to: given });
  if (command.granted) showPresence(state, own, other);
  return null;
}

/** Takes somebody off the roster; both lose sight of each other. */
export function remove(state: State, own: Account, command: Do<'roster-remove'>): null {
  const other = state.account(command.address);
  own.roster.delete(other.address);
  state.tell(own, { type: 'contact-removed', address: other.address });
  if (other.roster.has(own.address)) set(state, other, own, { request: null }, { to: 'none', from: 'none' });
  return null;
}

/** Blocks or unblocks. */
export function block(state: State, own: Account, command: Do<'roster-block'>): null {
  set(state, own, state.account(command.address), { blocked: command.blocked }, {});
  return null;
}

/** Shows an account's presence to all who may see it, or to one of them. */
export function showPresence(state: State, account: Account, only?: Account): void {
  for (const [address, entry] of account.roster) {
    const viewer = state.account(address);
    if (entry.subscription.from !== 'granted' || (only !== undefined && viewer !== only)) continue;
    const presence = account.presence?.availability === 'invisible' ? null : account.presence;
    state.pass(viewer, {
      type: 'presence',
      address: account.address,
      device: 'memory',
      presence,
      since: account.since,
    });
  }
}

function entryOf(own: Account, other: Account): RosterEntry {
  return (
    own.roster.get(other.address) ?? {
      address: other.address,
      name: other.name,
      alias: null,
      groups: [],
      subscription: { to: 'none', from: 'none' },
      request: null,
      blocked: false,
    }
  );
}

function set(
  state: State,
  own: Account,
  other: Account,
  fields: Partial<RosterEntry>,
  subscription: Partial<Subscription>,
): void {
  const entry = entryOf(own, other);
  const contact = {
    ...entry,
    name: other.name,
    ...fields,
    subscription: { ...entry.subscription, ...subscription },
  };
  own.roster.set(other.address, contact);
  state.tell(own, { type: 'contact', contact });
}
