import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkHistory,
  formatEntry,
  formatVerdict,
  parseHistory,
  type Entry,
  type FaultName,
} from '../../src/checker/index.ts';
import { Simulation, type Mutation, type Step } from './simulation.ts';

/** Everything happens in it at least once, in an order in which each mutation shows. */
const eventful: Step[] = [
  { do: 'send', account: 0, conversation: 0, server: 'commits' },
  { do: 'send', account: 1, conversation: 0, server: 'commits' },
  { do: 'send', account: 0, conversation: 1, server: 'loses the answer' },
  { do: 'send', account: 0, conversation: 1, server: 'crashes' },
  { do: 'send', account: 0, conversation: 1, server: 'crashes' },
  { do: 'disconnect', device: 1 },
  { do: 'send', account: 1, conversation: 1, server: 'commits' },
  { do: 'send', account: 1, conversation: 0, server: 'refuses' },
  { do: 'send', account: 1, conversation: 0, server: 'commits' },
  { do: 'send', account: 0, conversation: 0, server: 'commits' },
  { do: 'send', account: 1, conversation: 0, server: 'commits' },
  { do: 'break', account: 1 },
  { do: 'connect', device: 1 },
  { do: 'redeliver', device: 2, conversation: 0 },
];

const caught: Record<Mutation, FaultName> = {
  'server acknowledges before it commits': 'lost',
  'server has no unique index on the message id': 'duplicate-on-server',
  'server takes the sender from the payload': 'forged-sender',
  'server delivers what it refused': 'failed-yet-delivered',
  'device stores without looking for the row': 'duplicate-in-store',
  'stream emits every delivery': 'duplicate-in-stream',
  'cursor moves on a live message before catch-up': 'lost',
  'device shows rows in the order of arrival': 'divergent-order',
  'device never catches up': 'divergent',
  'device files a message under the open conversation': 'misplaced',
  'outbox resends newest first': 'misordered',
  'outbox swallows a refusal': 'silent',
  'outbox forgets what timed out': 'silent',
  'outbox shows an acknowledged message as failed': 'silent',
  'echo without its id becomes a new row': 'phantom',
  'a broken account closes every connection': 'not-isolated',
  'a timer is leaked with every reconnect': 'unbounded',
};

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('send' as const),
    account: fc.nat(3),
    conversation: fc.nat(3),
    server: fc.constantFrom(
      'commits' as const,
      'crashes' as const,
      'loses the answer' as const,
      'refuses' as const,
    ),
  }),
  fc.record({ do: fc.constant('disconnect' as const), device: fc.nat(5) }),
  fc.record({ do: fc.constant('connect' as const), device: fc.nat(5) }),
  fc.record({ do: fc.constant('redeliver' as const), device: fc.nat(5), conversation: fc.nat(3) }),
  fc.record({ do: fc.constant('break' as const), account: fc.nat(3) }),
);

describe('a correct messenger', () => {
  it('passes, whatever happens to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const verdict = checkHistory(new Simulation(null).run(steps));
        expect(formatVerdict(verdict)).toMatch(/every promise kept$/);
      }),
      { numRuns: 300 },
    );
  });

  it('is looked at: the eventful run sends, acknowledges and reads', () => {
    const verdict = checkHistory(new Simulation(null).run(eventful));
    expect(verdict).toEqual({ violations: [], invoked: 10, acknowledged: 9, rows: 36 });
  });
});

describe('each planted mutation is caught', () => {
  it.each(Object.entries(caught) as [Mutation, FaultName][])('%s: %s', (mutation, fault) => {
    const verdict = checkHistory(new Simulation(mutation).run(eventful));
    expect(verdict.violations.map((violation) => violation.fault)).toContain(fault);
    expect(formatVerdict(verdict)).toContain(fault);
  });
});

describe('weaker networks', () => {
  const rows = (...messages: string[]) =>
    messages.map((message) => ({ message, sender: message.slice(0, 3) }));
  const log = (order: 'total' | 'arrival', history: boolean, phone: string[], desk: string[]): Entry[] => [
    { type: 'conversation', conversation: 'c', order, history },
    { type: 'device', device: 'phone', account: 'ada', conversations: ['c'] },
    { type: 'device', device: 'desk', account: 'bob', conversations: ['c'] },
    { type: 'invoke', message: 'ada1', conversation: 'c', sender: 'ada', n: 1 },
    { type: 'ok', message: 'ada1' },
    { type: 'outcome', device: 'phone', message: 'ada1', delivery: 'sent' },
    { type: 'invoke', message: 'bob1', conversation: 'c', sender: 'bob', n: 1 },
    { type: 'ok', message: 'bob1' },
    { type: 'outcome', device: 'desk', message: 'bob1', delivery: 'sent' },
    { type: 'stored', device: 'phone', conversation: 'c', rows: rows(...phone) },
    { type: 'stored', device: 'desk', conversation: 'c', rows: rows(...desk) },
  ];

  it('lets devices of an arrival network differ in order and, without history, in what they missed', () => {
    expect(checkHistory(log('arrival', false, ['ada1', 'bob1'], ['bob1', 'ada1'])).violations).toEqual([]);
    expect(checkHistory(log('arrival', false, ['ada1'], ['bob1'])).violations).toEqual([]);
  });

  it('still wants every sender to have what was acknowledged', () => {
    const faults = checkHistory(log('arrival', false, ['bob1'], ['bob1'])).violations.map(
      ({ fault }) => fault,
    );
    expect(faults).toEqual(['lost']);
  });

  it('wants history where the network keeps it', () => {
    const faults = checkHistory(log('total', true, ['ada1'], ['ada1', 'bob1'])).violations.map(
      ({ fault }) => fault,
    );
    expect(new Set(faults)).toEqual(new Set(['lost', 'divergent']));
  });
});

describe('a log', () => {
  it('survives the round trip through NDJSON', () => {
    const entries = new Simulation(null).run(eventful);
    expect(parseHistory(entries.map(formatEntry).join(''))).toEqual(entries);
  });

  it('of a killed process loses only its torn last line', () => {
    const text = new Simulation(null).run(eventful).map(formatEntry).join('');
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const whole = text.slice(0, length).split('\n').length - 1;
        expect(parseHistory(text.slice(0, length))).toHaveLength(whole);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    [
      'garbage in the middle',
      '{"type":"ok","message":"a"}\n{"type":\n{"type":"ok","message":"b"}\n',
      /line 2/,
    ],
    ['an unknown type', '{"type":"okay","message":"a"}\n', /unknown type "okay"/],
    ['a missing field', '{"type":"ok"}\n', /ok.message/],
    [
      'a row without sender',
      '{"type":"server","conversation":"c","rows":[{"message":"a"}]}\n',
      /server.rows/,
    ],
  ])('with %s is refused', (_, text, message) => {
    expect(() => parseHistory(text)).toThrow(message);
  });

  it.each<[string, Entry[], RegExp]>([
    [
      'nothing was read',
      [{ type: 'invoke', message: 'a', conversation: 'c', sender: 'ada', n: 1 }],
      /no device and no server/,
    ],
    [
      'a device was not read',
      [{ type: 'device', device: 'd', account: 'ada', conversations: ['c'] }],
      /was not read/,
    ],
    ['a device is unknown', [{ type: 'stored', device: 'd', conversation: 'c', rows: [] }], /never declared/],
  ])('is not judged when %s', (_, entries, message) => {
    expect(() => checkHistory(entries)).toThrow(message);
  });

  it('reports a figure that could not be measured', () => {
    const verdict = checkHistory([
      { type: 'resource', owner: 'ada', name: 'rss', value: Number.NaN, bound: 1 },
    ]);
    expect(verdict.violations.map(({ fault }) => fault)).toEqual(['unbounded']);
  });
});
