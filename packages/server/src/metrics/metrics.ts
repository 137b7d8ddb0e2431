import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Services } from '../services.ts';

/** Upper bounds of the buckets for the time of a commit, in seconds. */
const commitBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5];

/** The metrics of a server in the text format of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();

  constructor({ tally, sessions, lifecycle }: Services, dataDirectory: string) {
    // The process's own: CPU, memory, file descriptors, lag of the event loop, garbage collection.
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('connections', 'Open connections, signed in or not.', () => sessions.all.size);
    this.#gauge('visitors', 'Open connections that have not signed in.', () => sessions.visitorCount);
    this.#gauge('accounts_connected', 'Accounts with an open connection.', () => sessions.accountCount);
    this.#gauge('draining', 'Whether clients are being sent elsewhere.', () => Number(lifecycle.draining));
    this.#gauge('database_bytes', 'Bytes of the database and its log.', () => databaseBytes(dataDirectory));
    this.#counter('refused_connections', 'Refused before the handshake.', () => tally.refusedConnections);
    this.#counter('bad_frames', 'Frames that could not be read.', () => tally.badFrames);
    this.#counter('dropped_pushes', 'Pushes that a slow reader did not get.', () => tally.droppedPushes);
    this.#counter('writes', 'Things written, many by one commit.', () => tally.writes);
    this.#counter('failed_commits', 'Transactions that were undone.', () => tally.failedCommits);
    this.#requests(tally.requests);
    const commits = new Histogram({
      name: 'natter_commit_seconds',
      help: 'Time of a transaction with its fsync.',
      buckets: commitBounds,
      registers: [this.#registry],
    });
    tally.onCommit = (seconds) => commits.observe(seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    this.#registry.registerMetric(new Gauge({ name: `natter_${name}`, help, registers: [], collect }));
  }

  #counter(name: string, help: string, read: () => number): void {
    const collect = function (this: Counter): void {
      this.reset();
      this.inc(read());
    };
    this.#registry.registerMetric(
      new Counter({ name: `natter_${name}_total`, help, registers: [], collect }),
    );
  }

  #requests(requests: ReadonlyMap<string, ReadonlyMap<string, number>>): void {
    const counter = new Counter({
      name: 'natter_requests_total',
      help: 'Answers by request type and outcome.',
      labelNames: ['type', 'outcome'],
      registers: [],
      collect() {
        this.reset();
        for (const [type, outcomes] of requests)
          for (const [outcome, count] of outcomes) this.inc({ type, outcome }, count);
      },
    });
    this.#registry.registerMetric(counter);
  }
}

function databaseBytes(dataDirectory: string): number {
  return ['server.db', 'server.db-wal']
    .map((name) => statSync(join(dataDirectory, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}
