import { showPresence } from './roster.ts';
import { otherThan, type Account, type State } from './state.ts';

/** Changes the name that others see. */
export function setName(state: State, account: Account, name: string | null): null {
  account.name = name;
  for (const address of account.roster.keys()) {
    const other = state.account(address);
    const entry = other.roster.get(account.address);
    if (entry === undefined) continue;
    const contact = { ...entry, name };
    other.roster.set(account.address, contact);
    state.tell(other, { type: 'contact', contact });
  }
  return null;
}

/** Changes what others see of somebody, or takes it away when the last device goes. */
export function setPresence(state: State, account: Account, presence: Account['presence']): null {
  account.presence = presence;
  account.since = state.now();
  showPresence(state, account);
  return null;
}

/** Somebody types, or stops. */
export function typing(state: State, account: Account, key: string, active: boolean): null {
  const room = state.roomOf(key, account);
  for (const member of room.members.keys()) {
    if (member === account) continue;
    const conversation = state.keyFor(room, member);
    state.pass(member, {
      type: 'typing',
      conversation,
      address: account.address,
      name: account.name,
      active,
    });
  }
  return null;
}

/**
 * Takes another address, as one changes a nick. Everybody who shares a room is told: of the contact, of the direct
 * conversation where that goes by the address, and of the participant.
 */
export function rename(state: State, account: Account, to: string): void {
  const from = account.address;
  const before = new Map(
    [...state.rooms].map((room) => [
      room,
      new Map([...room.members.keys()].map((member) => [member, state.keyFor(room, member)])),
    ]),
  );
  state.accounts.delete(from);
  account.address = to;
  state.accounts.set(to, account);
  const told = new Set<Account>();
  for (const [room, keys] of before) {
    if (!room.members.has(account)) continue;
    for (const [member, key] of keys) {
      if (member !== account && !told.has(member))
        state.tell(member, { type: 'rekey', of: 'contact', from, to });
      told.add(member);
      const conversation = state.keyFor(room, member);
      if (key !== conversation)
        state.tell(member, { type: 'rekey', of: 'conversation', from: key, to: conversation });
      state.tell(member, { type: 'rekey', of: 'participant', conversation, from, to });
      if (room.kind === 'direct' && otherThan(room, member) === account) {
        state.tell(member, { type: 'conversation', conversation: state.viewOf(room, member) });
      }
    }
  }
}
