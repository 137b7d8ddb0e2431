import type {
  ConversationEntry,
  DeviceEntry,
  EmittedEntry,
  Entry,
  IncidentEntry,
  InvokeEntry,
  OutcomeEntry,
  ResourceEntry,
  Row,
} from './entry.ts';

/** One final history: a device's or the server's rows of one conversation. */
export interface FinalHistory {
  /** Null for the server. */
  device: DeviceEntry | null;
  conversation: string;
  rows: readonly Row[];
}

/** A history, indexed for the rules. */
export interface Facts {
  invoked: ReadonlyMap<string, InvokeEntry>;
  /** Only what was completed; the rest is `info`. */
  completed: ReadonlyMap<string, 'ok' | 'fail' | 'info'>;
  devices: readonly DeviceEntry[];
  histories: readonly FinalHistory[];
  emitted: readonly EmittedEntry[];
  outcomes: readonly OutcomeEntry[];
  resources: readonly ResourceEntry[];
  /** Incidents, each with the accounts that a fault was meant for at that time. */
  incidents: readonly { incident: IncidentEntry; faulty: ReadonlySet<string> }[];
  /** What the network promises for a conversation, the default included. */
  conversation(name: string): ConversationEntry;
  /** Told `ok`, or shown as sent or better in the end. */
  acknowledged(message: string): boolean;
}

/** A log that cannot be judged: the test forgot to observe, or names a message twice. */
export class UnjudgeableHistoryError extends Error {
  override readonly name = 'UnjudgeableHistoryError';
}

/** Indexes the entries. Throws {@link UnjudgeableHistoryError} where a verdict would be empty talk. */
export function collectFacts(entries: Iterable<Entry>): Facts {
  const sorted = sortByType(entries);
  const devices = new Map(sorted.device.map((entry) => [entry.device, entry]));
  const invoked = new Map<string, InvokeEntry>();
  for (const entry of sorted.invoke) {
    if (invoked.has(entry.message))
      throw new UnjudgeableHistoryError(`message ${entry.message} is invoked twice`);
    invoked.set(entry.message, entry);
  }
  const histories = finalHistories(sorted, devices);
  if (invoked.size > 0 && histories.length === 0) {
    throw new UnjudgeableHistoryError('messages were sent, but no device and no server was read in the end');
  }
  const conversations = new Map(sorted.conversation.map((entry) => [entry.conversation, entry]));
  const completed = new Map(sorted.completions.map((entry) => [entry.message, entry.type]));
  const shownAsSent = new Set(
    sorted.outcome.filter((entry) => isSent(entry.delivery)).map((entry) => entry.message),
  );
  return {
    invoked,
    completed,
    devices: sorted.device,
    histories,
    emitted: sorted.emitted,
    outcomes: sorted.outcome,
    resources: sorted.resource,
    incidents: sorted.incidents,
    conversation: (name) =>
      conversations.get(name) ?? { type: 'conversation', conversation: name, order: 'total', history: true },
    acknowledged: (message) => completed.get(message) === 'ok' || shownAsSent.has(message),
  };
}

/** The network has it, says the device. */
export function isSent(delivery: OutcomeEntry['delivery']): boolean {
  return delivery === 'sent' || delivery === 'delivered' || delivery === 'read';
}

/** How a history is called in a report. */
export function nameOf(history: FinalHistory): string {
  return history.device === null ? 'the server' : `device ${history.device.device}`;
}

type Of<Type extends Entry['type']> = Extract<Entry, { type: Type }>;

interface Sorted {
  conversation: ConversationEntry[];
  device: DeviceEntry[];
  invoke: InvokeEntry[];
  completions: Of<'ok' | 'fail' | 'info'>[];
  emitted: EmittedEntry[];
  outcome: OutcomeEntry[];
  stored: Of<'stored'>[];
  server: Of<'server'>[];
  resource: ResourceEntry[];
  incidents: { incident: IncidentEntry; faulty: ReadonlySet<string> }[];
}

function sortByType(entries: Iterable<Entry>): Sorted {
  const sorted: Sorted = {
    conversation: [],
    device: [],
    invoke: [],
    completions: [],
    emitted: [],
    outcome: [],
    stored: [],
    server: [],
    resource: [],
    incidents: [],
  };
  const faulty = new Set<string>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'ok':
      case 'fail':
      case 'info':
        sorted.completions.push(entry);
        break;
      case 'fault':
        if (entry.active) faulty.add(entry.account);
        else faulty.delete(entry.account);
        break;
      case 'incident':
        sorted.incidents.push({ incident: entry, faulty: new Set(faulty) });
        break;
      default:
        (sorted[entry.type] as Entry[]).push(entry);
    }
  }
  return sorted;
}

function finalHistories(sorted: Sorted, devices: ReadonlyMap<string, DeviceEntry>): FinalHistory[] {
  const histories: FinalHistory[] = sorted.server.map(({ conversation, rows }) => ({
    device: null,
    conversation,
    rows,
  }));
  for (const { device: name, conversation, rows } of sorted.stored) {
    const device = devices.get(name);
    if (device === undefined)
      throw new UnjudgeableHistoryError(`device ${name} stores rows but was never declared`);
    histories.push({ device, conversation, rows });
  }
  for (const device of sorted.device) {
    for (const conversation of device.conversations) {
      if (!histories.some((history) => history.device === device && history.conversation === conversation)) {
        throw new UnjudgeableHistoryError(
          `device ${device.device} was not read for conversation ${conversation}`,
        );
      }
    }
  }
  return histories;
}
