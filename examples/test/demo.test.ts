import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeServer } from '@natter/e2e';

const DEMO = join(import.meta.dirname, '..', 'demo', 'main.ts');

interface Run {
  readonly status: number | null;
  readonly transcript: string;
  readonly errors: string;
}

/** Runs the demo as `npm start` does, without a terminal. */
async function runDemo(home: string, environment: Record<string, string> = {}): Promise<Run> {
  const demo = spawn('node', [DEMO], {
    env: { ...process.env, NATTER_DEMO_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let transcript = '';
  let errors = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => (transcript += text));
  demo.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise<number | null>((resolve) => demo.once('close', resolve));
  return { status, transcript: transcript.replaceAll(/(Prosody|Synapse|Ergo) [\w.+~-]+,/g, '$1,'), errors };
}

/** What a network tells of a message. */
const DELIVERY: Readonly<Record<string, string>> = { native: 'delivered', xmpp: 'delivered' };

const EXCHANGE = (
  network: string,
): string => `  > Good evening over ${network}  [${DELIVERY[network] ?? 'sent'}]
  < You said "Good evening over ${network}"?
`;

const PRESENCE = (networks: readonly string[]): string =>
  ['away: on the balcony', 'available']
    .flatMap((shown) => networks.map((network) => `  ${JULIET[network]} (${network}) is ${shown}\n`))
    .join('');

const JULIET: Readonly<Record<string, string>> = {
  native: 'juliet@natter.demo',
  xmpp: 'juliet@xmpp.demo',
  matrix: '@juliet:synapse.natter.test',
  irc: 'juliet',
};

describeServer('the demo over two networks', 'prosody', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'natter-demo-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const others = { NATTER_WITHOUT_SERVERS: 'synapse,ergo' };
  const start = `No Matrix here: NATTER_WITHOUT_SERVERS names it.
No IRC here: NATTER_WITHOUT_SERVERS names it.
Started the bundled native server, natter.demo.
Started Prosody, xmpp.demo.
Signed in as alice@natter.demo.
Signed in as alice@xmpp.demo.

The contact lists of all accounts, merged:
`;
  const rest = `
A message on each network, and the answer:
${EXCHANGE('native')}${EXCHANGE('xmpp')}
Presence, live:
${PRESENCE(['native', 'xmpp'])}`;

  test('merges two contact lists, and carries messages and presence', { timeout: 60_000 }, async () => {
    const { status, transcript, errors } = await runDemo(home, others);
    expect(errors).toBe('');
    expect(transcript).toBe(`${start}  juliet  [available]  native:juliet@natter.demo
  juliet@xmpp.demo  [available]  xmpp:juliet@xmpp.demo

Linked, she is one person, whatever she uses:
  juliet  [available]  native:juliet@natter.demo  xmpp:juliet@xmpp.demo
${rest}`);
    expect(status).toBe(0);
  });

  test('finds its profile again: who was linked is one row', { timeout: 60_000 }, async () => {
    const { status, transcript, errors } = await runDemo(home, others);
    expect(errors).toBe('');
    expect(transcript).toBe(`${start}  juliet  [available]  native:juliet@natter.demo  xmpp:juliet@xmpp.demo

Juliet was linked before: one person, one row.
${rest}`);
    expect(status).toBe(0);
  });
});

describeServer('the demo over four networks', 'prosody', () => {
  describeServer('with Matrix', 'synapse', () => {
    describeServer('and IRC', 'ergo', () => {
      const networks = ['native', 'xmpp', 'matrix', 'irc'];

      test(
        'merges all contact lists, and goes on with fewer the next time',
        { timeout: 120_000 },
        async () => {
          const home = mkdtempSync(join(tmpdir(), 'natter-demo-'));
          try {
            const { status, transcript, errors } = await runDemo(home);
            expect(errors).toBe('');
            expect(transcript).toContain(
              `\nA message on each network, and the answer:\n${networks.map(EXCHANGE).join('')}`,
            );
            expect(transcript).toContain(`\nPresence, live:\n${PRESENCE(networks)}`);
            const [, linked = ''] = /one person, whatever she uses:\n {2}(.*)/.exec(transcript) ?? [];
            expect(linked.split('  ').toSorted()).toEqual(
              [
                '[available]',
                'juliet',
                ...networks.map((network) => `${network}:${JULIET[network]}`),
              ].toSorted(),
            );
            expect(status).toBe(0);

            const fewer = await runDemo(home, { NATTER_WITHOUT_SERVERS: 'prosody,synapse' });
            expect(fewer.errors).toBe('');
            expect(fewer.transcript).toContain('No XMPP here: NATTER_WITHOUT_SERVERS names it.');
            expect(fewer.transcript).toContain(`\nPresence, live:\n${PRESENCE(['native', 'irc'])}`);
            expect(fewer.status).toBe(0);
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        },
      );
    });
  });
});

describe('the demo over one network', () => {
  test('says which is missing and why', { timeout: 60_000 }, async () => {
    const home = mkdtempSync(join(tmpdir(), 'natter-demo-'));
    try {
      const { status, transcript } = await runDemo(home, { NATTER_WITHOUT_SERVERS: 'prosody,synapse,ergo' });
      expect(transcript).toContain('No XMPP here: NATTER_WITHOUT_SERVERS names it.');
      expect(transcript).toContain(EXCHANGE('native'));
      expect(status).toBe(0);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
