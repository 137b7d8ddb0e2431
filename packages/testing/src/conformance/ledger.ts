import type {
  Batch,
  ContactIn,
  ConversationIn,
  Event,
  Gap,
  MemberIn,
  MessageIn,
  Opaque,
  PatchEvent,
  RemoteKey,
  ScopeKey,
  Target,
} from '@natter/core';

/** A message as the ledger keeps it. */
export interface Row extends MessageIn {
  readonly conversation: RemoteKey;
  readonly patches: readonly PatchEvent[];
}

/**
 * What a store would hold after some commits: messages once each by the contract's rules of identity, contacts,
 * conversations, members, cursors, gaps, state. It decides nothing that is the hub's (order, ranks, unread): it only
 * lets a case say "this message is there, once".
 */
export class Ledger {
  rows: Row[] = [];
  contacts: Map<RemoteKey, ContactIn> = new Map();
  conversations: Map<RemoteKey, ConversationIn> = new Map();
  /** By conversation and key. */
  members: Map<string, MemberIn> = new Map();
  cursors: Record<ScopeKey, Opaque> = {};
  state: Record<string, Opaque> = {};
  gaps: Map<string, Gap> = new Map();
  events: Event[] = [];

  /**
   * A copy that later commits do not touch. Entries are shared: none is ever changed, only replaced, and one copy a
   * commit of all that was said would cost a flood more than the adapter does.
   */
  copy(): Ledger {
    const copied = new Ledger();
    copied.rows = [...this.rows];
    copied.contacts = new Map(this.contacts);
    copied.conversations = new Map(this.conversations);
    copied.members = new Map(this.members);
    copied.cursors = { ...this.cursors };
    copied.state = { ...this.state };
    copied.gaps = new Map(this.gaps);
    copied.events = [...this.events];
    return copied;
  }

  /** Applies a batch. `takeCursors`: not while catching up, when live batches move no cursor. */
  apply(batch: Batch, takeCursors: boolean): void {
    for (const event of structuredClone(batch.events)) this.#applyEvent(event);
    for (const change of batch.gaps ?? []) {
      if (change.op === 'open') this.gaps.set(change.gap.id, structuredClone(change.gap));
      else this.gaps.delete(change.id);
    }
    if (takeCursors) setAll(this.cursors, batch.cursors ?? {});
    setAll(this.state, batch.state ?? {});
  }

  /** The rows with a text, in the order in which they came. */
  withText(text: string): Row[] {
    return this.rows.filter((row) => textOf(row) === text);
  }

  /** The texts of what one side said, in the order in which they came. */
  texts(self: boolean): string[] {
    return this.rows.filter((row) => row.sender.self === self).map(textOf);
  }

  #applyEvent(event: Event): void {
    this.events.push(event);
    if (event.type === 'timeline') for (const item of event.items) this.#add(event.conversation, item);
    if (event.type === 'patch') this.#patch(event);
    if (event.type === 'rekey') this.#rekey(event);
    if (event.type === 'upsert') this.#upsert(event);
    if (event.type === 'remove' && event.of === 'contact') this.contacts.delete(event.key);
    if (event.type === 'remove' && event.of === 'conversation') this.conversations.delete(event.key);
    if (event.type === 'remove' && event.of === 'message')
      this.rows = this.rows.filter((row) => row.conversation !== event.in || row.stable !== event.key);
    if (event.type === 'remove' && event.of === 'member') this.members.delete(`${event.in} ${event.key}`);
  }

  #upsert(event: Extract<Event, { type: 'upsert' }>): void {
    const { key } = event;
    if (event.of === 'contact') this.contacts.set(key, { ...this.contacts.get(key), ...event.value });
    else if (event.of === 'conversation')
      this.conversations.set(key, { ...this.conversations.get(key), ...event.value });
    else
      this.members.set(`${event.in} ${key}`, { ...this.members.get(`${event.in} ${key}`), ...event.value });
  }

  #add(conversation: RemoteKey, item: MessageIn): void {
    const known = this.rows.findIndex((row) => row.conversation === conversation && isSame(row, item));
    if (known === -1) this.rows.push({ ...item, conversation, patches: [] });
    else
      this.rows[known] = {
        ...this.rows[known],
        ...item,
        conversation,
        patches: this.rows[known]?.patches ?? [],
      };
  }

  #patch(event: PatchEvent): void {
    this.rows = this.rows.map((row) => {
      if (row.conversation !== event.conversation || !isTarget(row, event.target)) return row;
      return { ...row, patches: [...row.patches, event] };
    });
  }

  #rekey(event: Extract<Event, { type: 'rekey' }>): void {
    const { from, to } = event;
    this.rows = this.rows.map((row) => {
      if (event.of === 'conversation' && row.conversation === from) return { ...row, conversation: to };
      if (event.of === 'message' && row.conversation === event.in && row.stable === from)
        return { ...row, stable: to };
      if (event.of === 'participant' && row.conversation === event.in && row.sender.key === from) {
        return { ...row, sender: { ...row.sender, key: to } };
      }
      return row;
    });
    if (event.of === 'conversation') move(this.conversations, from, to);
    if (event.of === 'contact') move(this.contacts, from, to);
    if (event.of === 'participant') move(this.members, `${event.in} ${from}`, `${event.in} ${to}`);
  }
}

/** What a row says now: its text, or that of its last edit or decryption; null when it was retracted. */
function textOf(row: Row): string {
  const changes = row.patches.map(({ change }) => change);
  if (changes.some((change) => change.kind === 'retract')) return '';
  const last = changes.findLast((change) => change.kind === 'edit' || change.kind === 'decrypted');
  return last?.content.text ?? row.content.text;
}

/** Ids of the server name a message in its conversation; ids of a sender only among that sender's. */
function isSame(row: Row, item: MessageIn): boolean {
  if (item.stable !== null && row.stable !== null) return item.stable === row.stable;
  return item.claimed !== null && item.claimed === row.claimed && item.sender.key === row.sender.key;
}

function isTarget(row: Row, target: Target): boolean {
  if ('stable' in target) return row.stable === target.stable;
  return row.claimed === target.claimed && row.sender.key === target.sender;
}

function setAll(into: Record<string, string>, from: Readonly<Record<string, string | null>>): void {
  for (const [key, value] of Object.entries(from)) {
    if (value === null) delete into[key];
    else into[key] = value;
  }
}

function move<K, V>(map: Map<K, V>, from: K, to: K): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
