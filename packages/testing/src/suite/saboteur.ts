import {
  errorData,
  NatterError,
  remoteKey,
  type Adapter,
  type Batch,
  type Ended,
  type SessionHost,
} from '@natter/core';

const network = errorData('network', 'sabotage', { scope: 'account', retriable: true });
const refuse = async (): Promise<never> => Promise.reject(new NatterError(network));

/** Batches that no hub may take. */
const invalid: readonly unknown[] = [
  null,
  { origin: 'live', events: [{ type: 'nonsense' }] },
  { origin: 'live', events: [{ type: 'timeline', conversation: '', place: { by: 'tail' }, items: [] }] },
  {
    origin: 'live',
    events: [{ type: 'timeline', conversation: 'c', place: { by: 'key', keys: ['é'] }, items: [{}] }],
  },
  { origin: 'live', events: [], cursors: { account: 7 } },
];

/**
 * An adapter that breaks the contract in every run in another way: invalid batches, rejections, floods of hints. An
 * account of it must fail alone. `runs` says how often it was tried.
 */
export function saboteur(): Adapter & { readonly runs: number } {
  let runs = 0;
  return {
    id: 'saboteur',
    name: 'Saboteur',
    contract: 1,
    capabilities: {
      support: { direct: 'full' },
      limits: {},
      resend: 'never',
      order: 'arrival',
      catchUp: 'account',
    },
    configSchema: { type: 'object' },
    login: () => ({ next: async () => ({ kind: 'done', key: remoteKey('me') }), cancel: async () => {} }),
    get runs() {
      return runs;
    },
    open: (_, host) => ({
      run: (_resume, signal) => sabotage(runs++, host, signal),
      perform: refuse,
      verify: refuse,
      history: refuse,
      catchUp: refuse,
      query: refuse,
      download: refuse,
      signal: () => {
        throw new Error('sabotage');
      },
      interact: () => ({ next: refuse, cancel: async () => {} }),
      wipe: async () => {},
    }),
  };
}

async function sabotage(run: number, host: SessionHost, signal: AbortSignal): Promise<Ended> {
  if (signal.aborted) return { why: 'stopped' };
  host.phase('online');
  const ways: readonly (() => unknown)[] = [
    ...invalid.map((batch) => () => host.commit(batch as Batch)),
    () => flood(host),
    () => {
      throw new Error('sabotage');
    },
  ];
  await ways[run % ways.length]?.();
  return signal.aborted ? { why: 'stopped' } : { why: 'network', error: network };
}

function flood(host: SessionHost): void {
  const presence = {
    availability: 'away',
    text: null,
    since: null,
    expiresAt: null,
    priority: 0,
    device: null,
  } as const;
  for (let count = 0; count < 5000; count++) {
    host.hint([{ type: 'presence', key: remoteKey(`nobody-${count % 50}`), resource: null, presence }]);
  }
}
