/**
 * One line of a history: what a test did, what it was told, and what it found at the end. Entries are plain data, so
 * child processes that are killed at any byte can log them (see `formatEntry`, `parseHistory`).
 *
 * A test names every message itself (`message`, unique in the history, usually carried in the text) and numbers the
 * messages of one sender in one conversation upwards (`n`): nothing the system under test invents is trusted.
 */
export type Entry =
  | ConversationEntry
  | DeviceEntry
  | InvokeEntry
  | CompletionEntry
  | EmittedEntry
  | OutcomeEntry
  | StoredEntry
  | ServerEntry
  | FaultEntry
  | IncidentEntry
  | ResourceEntry;

/** What the network promises for a conversation. Without this entry: `total` order, history kept. */
export interface ConversationEntry {
  type: 'conversation';
  conversation: string;
  /** `arrival`: devices may differ in the order between senders. */
  order: 'total' | 'archive' | 'arrival';
  /** False where who is away misses what is said (IRC without a history extension). */
  history: boolean;
}

/** A device whose final state the test reads. It must log a `stored` entry for each of these conversations. */
export interface DeviceEntry {
  type: 'device';
  device: string;
  account: string;
  conversations: readonly string[];
}

/** A send was asked for. `sender` is the account that is signed in, whatever the wire says later. */
export interface InvokeEntry {
  type: 'invoke';
  message: string;
  conversation: string;
  sender: string;
  n: number;
}

/**
 * What the sender was told: `ok` the network took it, `fail` it certainly did not, `info` nobody can tell (0 or 1).
 * An invoke without a completion counts as `info`: the process was killed.
 */
export interface CompletionEntry {
  type: 'ok' | 'fail' | 'info';
  message: string;
}

/** A device's stream emitted this message as a new row. */
export interface EmittedEntry {
  type: 'emitted';
  device: string;
  conversation: string;
  message: string;
}

/** How the sender's device shows the message in the end. */
export interface OutcomeEntry {
  type: 'outcome';
  device: string;
  message: string;
  delivery: 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'unconfirmed' | 'failed';
}

/** One row of a final history, in its shown order. */
export interface Row {
  message: string;
  sender: string;
}

/** The rows of one conversation on one device after healing, first to last. */
export interface StoredEntry {
  type: 'stored';
  device: string;
  conversation: string;
  rows: readonly Row[];
}

/** The rows of one conversation on the server after healing, in the network's order. */
export interface ServerEntry {
  type: 'server';
  conversation: string;
  rows: readonly Row[];
}

/** A fault that is meant for one account begins or ends. */
export interface FaultEntry {
  type: 'fault';
  account: string;
  active: boolean;
}

/** Something went wrong in an account: a lost connection, an error, a failed call. */
export interface IncidentEntry {
  type: 'incident';
  account: string;
  what: string;
}

/** A measured figure (bytes, descriptors, timers, listeners) and the most it may be. */
export interface ResourceEntry {
  type: 'resource';
  owner: string;
  name: string;
  value: number;
  bound: number;
}
