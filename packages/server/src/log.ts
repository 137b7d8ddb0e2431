/** One thing worth telling the operator. Never holds a password, a token, or what a message says. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** What happened, as a short constant: `listening`, `sign-in-failed`, `fault`. */
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** Takes log entries. Must not throw. */
export type Log = (entry: LogEntry) => void;
