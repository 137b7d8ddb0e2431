import { mintId } from '@natter/core';
import type {
  Batch,
  Ended,
  Ephemeral,
  JsonObject,
  OwnPresence,
  Op,
  OpBody,
  Outcome,
  Session,
  SessionHost,
} from '@natter/core';
import { createAdapter } from '../../src/adapter.ts';
import type { Platform } from '../../src/wire/channel.ts';
import type { WireLimits } from '../../src/wire/limits.ts';
import { nodePlatform } from '../../src/wire/node/platform.ts';
import { FAST } from './password-setup.ts';

/** A session on a scripted server, with what it told. */
export interface Running {
  readonly session: Session;
  readonly batches: Batch[];
  readonly hints: Ephemeral[];
  /** What the server said of itself. */
  readonly announced: readonly string[];
  readonly state: Record<string, string>;
  readonly secrets: ReadonlyMap<string, string>;
  readonly ended: Promise<Ended>;
  /** Resolves when the session is online, or with how it ended instead. */
  readonly online: Promise<Ended | null>;
  perform(body: OpBody, conversation?: string | null, patience?: number): Promise<Outcome>;
  /** Whether the run has ended. */
  over(): boolean;
  stop(): Promise<Ended>;
}

/** Runs a session; nothing of the hub is in between. */
export function run(
  port: number,
  options: {
    nick?: string;
    config?: JsonObject;
    secrets?: Record<string, string>;
    limits?: Partial<WireLimits>;
    /** What an earlier run has kept. */
    state?: Record<string, string>;
    /** Where the account's server is said to be, and how one gets there. */
    host?: string;
    platform?: Platform;
    presence?: OwnPresence;
  } = {},
): Running {
  const { nick = 'me', config = {}, secrets = {}, limits = {}, host: place = '127.0.0.1' } = options;
  const batches: Batch[] = [];
  const hints: Ephemeral[] = [];
  const announced: string[] = [];
  const state: Record<string, string> = { ...options.state };
  const online = Promise.withResolvers<Ended | null>();
  const kept = new Map(Object.entries(secrets));
  const host: SessionHost = {
    secret: async (name) => kept.get(name) ?? null,
    setSecret: async (name, value) => void (value === null ? kept.delete(name) : kept.set(name, value)),
    log: () => {},
    phase: (phase) => phase === 'online' && online.resolve(null),
    capabilities: () => {},
    roster: () => {},
    attention: () => {},
    announcements: (items) => {
      announced.splice(0, announced.length, ...items.map(({ text }) => text));
    },
    commit: async (batch) => {
      batches.push(batch);
      for (const [name, value] of Object.entries(batch.state ?? {}))
        if (value === null) delete state[name];
        else state[name] = value;
    },
    hint: (events) => void hints.push(...events),
    state: async (prefix) =>
      Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith(prefix))),
    checkpoint: async () => {},
    ask: async () => {},
    readBlob: () => Promise.reject(new Error('no blobs')),
    writeBlob: () => Promise.reject(new Error('no blobs')),
  };
  const id = mintId('account');
  const session = createAdapter(options.platform ?? nodePlatform, { limits }).open(
    { id, address: `${nick}@${place}:${port}`, config: { ...FAST, ...config }, deviceId: 'test' },
    host,
  );
  const abort = new AbortController();
  const resume = {
    cursors: {},
    openGaps: [],
    presence: options.presence ?? { availability: 'available', text: null },
  } as const;
  const ended = session.run(resume, abort.signal);
  let over = false;
  void ended.then((end) => {
    over = true;
    online.resolve(end);
  });
  return {
    session,
    batches,
    hints,
    announced,
    state,
    secrets: kept,
    ended,
    online: online.promise,
    perform: (body, conversation = null, patience = 5000) => {
      const op: Op = {
        id: mintId('operation'),
        conversation: conversation as Op['conversation'],
        attempt: 1,
        memo: null,
        body,
      };
      return session.perform(op, AbortSignal.timeout(patience));
    },
    over: () => over,
    stop: () => {
      abort.abort();
      return ended;
    },
  };
}
