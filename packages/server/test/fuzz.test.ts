import fc from 'fast-check';
import { requestSchemas } from '@natter/native-protocol';
import { expect, it } from 'vitest';
import { TestClient } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

/** Values for every field of the protocol: most fit somewhere, some nowhere. */
const fields: Readonly<Record<string, readonly unknown[]>> = {
  address: ['bob', 'alice', 'bob@localhost', 'carol', 'bob@elsewhere', '', '@', '%', 7],
  peer: ['bob', 'alice', 'nobody', undefined],
  conversation: ['c1', 'c2', 'c999', 'd1', 'c0', '__proto__', undefined],
  device: ['d1', 'd2', 'd9', 'x'],
  clientId: ['a', 'b', 'c', 'd', ''],
  body: [
    { text: 'x' },
    { text: 'y', reply: 1, thread: 99 },
    { text: '' },
    { text: 'z', formatting: [{ start: 0, length: 1, style: 'bold' }] },
    null,
  ],
  seq: [1, 2, 3, 1000, 2 ** 53 - 1, 0, -1, 1.5],
  key: ['+', '😀', ''],
  on: [true, false],
  kind: ['delivered', 'read', 'seen'],
  marks: [[{ conversation: 'c1', seq: 1 }], [{ conversation: 'c9', seq: 1 }], []],
  after: [0, 1, 5, 1e9, 'c1', undefined],
  before: [1, 3, 1e9, undefined],
  limit: [1, 2, 1e6, 0, undefined],
  version: [0, 1, 99, undefined],
  availability: ['available', 'offline', 'dnd', 'asleep'],
  text: ['hi', undefined, 5],
  alias: ['A', '', undefined],
  groups: [['g'], [], undefined],
  token: ['x'],
  user: ['dave', 'bob', '..'],
  password: ['correct horse'],
  query: ['x', 'first', '"', '*', 'a OR b', '東', 'first*) --', ''],
  expiry: [0, 1000, 3_600_000, 1, -5],
  from: ['bob', 'nobody', undefined],
  icon: ['', 'f1', 'f9', 7],
};

/** Signing out, and what costs a hash each time, would end or slow the run. */
const left = new Set(['sign-out', 'account-delete', 'change-password', 'sign-in', 'register']);
const frame = fc
  .tuple(
    fc.constantFrom(...Object.keys(requestSchemas).filter((type) => !left.has(type))),
    fc.record(
      Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, fc.constantFrom(...values)])),
    ),
  )
  .map(([type, values]) => ({ ...values, type }));

it('answers every request, whatever is in it, and never by a fault of its own', async () => {
  const server = await startServer();
  const { alice } = await aliceAndBob(server);
  await alice.request({ type: 'send', clientId: 'first', peer: 'bob', body: { text: 'first' } });
  const seed = Date.now() & 0xffff;
  let client = alice;
  for (const request of fc.sample(frame, { numRuns: 3000, seed })) {
    // A connection bears ten frames that break the schema; then it is closed, and the next one goes on.
    if (client.socket.readyState !== client.socket.OPEN)
      client = await TestClient.signIn(server.url, 'alice');
    const code = await client.outcome(request);
    expect(code, `seed ${seed}: ${JSON.stringify(request)}`).toMatch(/^(?!internal)[a-z-]+$/u);
  }
});
