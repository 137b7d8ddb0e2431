import {
  errorData,
  type AccountSpec,
  type Adapter,
  type Ended,
  type Session,
  type SessionHost,
} from '@natter/core';
import { seededRandom, type Random } from '../random.ts';
import { delegate } from './delegate.ts';

/** How flaky it is. */
export interface FlakyOptions {
  /** Repeats a run. */
  readonly seed: number;
  /** How much a connection lives through once it is online, at least and at most, before it is cut. */
  readonly lives?: { readonly min: number; readonly max: number };
}

/**
 * The same adapter on a network that keeps breaking: every connection is cut after a few commits, hints and calls. The
 * suite must pass all the same.
 */
export function flaky(adapter: Adapter, options: FlakyOptions): Adapter {
  const random = seededRandom(options.seed);
  const lives = options.lives ?? { min: 3, max: 9 };
  return {
    ...adapter,
    login: (start, host) => adapter.login(start, host),
    open: (account, host) =>
      openFlaky(adapter, account, host, () => random.between(lives.min, lives.max), random),
  };
}

function openFlaky(
  adapter: Adapter,
  account: AccountSpec,
  host: SessionHost,
  lives: () => number,
  random: Random,
): Session {
  let left = Infinity;
  let cut = new AbortController();
  const spend = (): void => {
    if (--left <= 0) cut.abort();
  };
  const session = adapter.open(account, {
    ...delegate(host),
    phase(phase, progress) {
      if (phase === 'online') left = lives();
      host.phase(phase, progress);
    },
    async commit(batch) {
      await host.commit(batch);
      spend();
    },
    hint(events) {
      host.hint(events);
      spend();
    },
  });
  return {
    ...delegate(session),
    async run(resume, signal): Promise<Ended> {
      left = Infinity;
      cut = new AbortController();
      const ended = await session.run(resume, AbortSignal.any([signal, cut.signal]));
      if (ended.why !== 'stopped' || signal.aborted) return ended;
      const error = errorData('network', 'the connection was cut on purpose', {
        scope: 'account',
        retriable: true,
      });
      return { why: 'network', error };
    },
    async perform(op, signal) {
      spend();
      const outcome = await session.perform(op, signal);
      if (outcome.result !== 'accepted' || cut.signal.aborted || !random.chance(0.2)) return outcome;
      // The answer is lost on its way, and the connection with it.
      cut.abort();
      const error = errorData('network', 'the answer was lost on purpose', {
        scope: 'operation',
        retriable: true,
        certain: false,
      });
      return { result: 'unknown', error };
    },
    async history(request, signal) {
      spend();
      return session.history(request, signal);
    },
    async catchUp(scope, after, signal) {
      spend();
      return session.catchUp(scope, after, signal);
    },
  };
}
