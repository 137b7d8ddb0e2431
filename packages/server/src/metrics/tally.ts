/**
 * What the server counts of itself. Plain numbers, since it is done for every request; they are made into metrics when
 * somebody asks.
 */
export class Tally {
  /** Answers by request type, and by what they were: `done` or the code of an error. */
  readonly requests: Map<string, Map<string, number>> = new Map<string, Map<string, number>>();
  /** Pushes that a slow reader did not get. */
  droppedPushes = 0;
  /** Frames that could not be read. */
  badFrames = 0;
  /** Connections that were refused before the WebSocket handshake. */
  refusedConnections = 0;
  /** Things that were written, many by one commit. */
  writes = 0;
  /** Transactions that were undone. */
  failedCommits = 0;
  /** Told how long each transaction took, in seconds. */
  onCommit: (seconds: number) => void = () => undefined;

  answered(type: string, outcome: string): void {
    let outcomes = this.requests.get(type);
    if (outcomes === undefined) this.requests.set(type, (outcomes = new Map<string, number>()));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  committed(writes: number, milliseconds: number): void {
    this.writes += writes;
    this.onCommit(milliseconds / 1000);
  }
}
