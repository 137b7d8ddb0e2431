import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintId, type Op, type Outcome } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { textBody, type Driver } from '../driver.ts';
import type { Row } from '../ledger.ts';
import type { Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

/** What comes while nothing is stored: so many messages of so many characters; and how long (milliseconds) that is so. */
const flood = 500;
const longText = 3500;
const floodTime = 300;
/** What may wait to be stored: a bound on either will do. */
const mostBatches = 300;
const mostLength = 1.5 * 2 ** 20;

/** Echoes, lost answers, aborts: a message is one message whatever the network does around it. */
export const deliveryCases: readonly ConformanceCase[] = [
  ...(['before', 'after', 'none'] as const).map((when): ConformanceCase => {
    const how = when === 'none' ? 'without any echo' : `with its echo ${when} the acknowledgement`;
    return {
      name: `delivery: a send ${how} is one message`,
      needs: { means: ['echo'], support: ['direct', 'own-echo'] },
      run: withDriver(async (driver, { means, peer, adapter }) => {
        means?.echo?.(when);
        await reconnect(driver, means?.cut);
        const { op, outcome } = await send(driver, 'once');
        assert.equal(outcome.result, 'accepted');
        // In a total order the place must be told too, echo or not.
        const told = when !== 'none' || adapter.capabilities.order === 'total';
        if (told) await driver.until('our own message', () => driver.ledger.withText('once').length > 0);
        await driver.hear('and on');
        const rows = driver.ledger.withText('once');
        assert.ok(rows.length <= 1, `it is stored ${rows.length} times`);
        for (const row of rows) assertOurs(row, op, outcome);
        assert.equal(await countAt(peer, 'once'), 1);
      }),
    };
  }),
  {
    name: 'delivery: a send whose answer is lost is unknown, and then one message',
    needs: { means: ['loseAnswer'], support: ['direct'] },
    run: withDriver(async (driver, { means, peer, adapter }) => {
      means?.loseAnswer?.();
      await reconnect(driver, means?.cut);
      const op = driver.firstAttempt('am I heard?');
      const first = await driver.attempt(op);
      assert.equal(first.result, 'unknown', 'bytes have left and no answer came');
      if (adapter.capabilities.resend !== 'never') {
        const { resend } = adapter.capabilities;
        const again = resend === 'verify' ? await driver.verify(op) : (await driver.carry(op)).outcome;
        assert.equal(again.result, 'accepted');
      }
      assert.equal(await countAt(peer, 'am I heard?'), 1);
    }),
  },
  {
    name: 'delivery: verify tells what did not land from what did',
    needs: { resend: ['verify'], support: ['direct'] },
    run: withDriver(async (driver) => {
      const { op } = await send(driver, 'it landed');
      assert.equal((await driver.verify(op)).result, 'accepted');
      assert.equal((await driver.verify({ ...op, id: mintId('operation') })).result, 'not-sent');
    }),
  },
  {
    name: 'delivery: the same operation twice is one message',
    needs: { resend: ['idempotent'], support: ['direct'] },
    run: withDriver(async (driver, { peer }) => {
      const { op, outcome } = await send(driver, 'only once');
      const { outcome: again } = await driver.carry(op);
      assert.deepEqual(again, outcome, 'the second answer is not the first');
      assert.equal(await countAt(peer, 'only once'), 1);
    }),
  },
  {
    name: 'delivery: an aborted operation is not sent or unknown, and does not reject',
    needs: { support: ['direct'] },
    run: withDriver(async (driver) => {
      const op = driver.firstAttempt('never mind');
      const before = await driver.attempt(op, AbortSignal.abort());
      assert.equal(before.result, 'not-sent', 'no byte can have left');
      const abort = new AbortController();
      const pending = driver.session.perform({ ...op, id: mintId('operation') }, abort.signal);
      abort.abort();
      const outcome = await driver.within('perform() resolves after an abort', pending);
      assert.ok(['not-sent', 'unknown', 'accepted', 'unconfirmed'].includes(outcome.result), outcome.result);
    }),
  },
  {
    name: 'delivery: the end of the run ends the operations that are under way',
    needs: { support: ['direct'] },
    run: withDriver(async (driver) => {
      const op = driver.firstAttempt('wait for me');
      const pending = driver.session.perform(op, new AbortController().signal);
      await driver.stop();
      const outcome = await driver.within('perform() resolves when the run ends', pending);
      assert.ok(['not-sent', 'unknown', 'accepted', 'unconfirmed'].includes(outcome.result), outcome.result);
    }),
  },
  {
    name: 'delivery: what comes twice is the same twice',
    needs: { means: ['duplicate'], support: ['direct'] },
    run: withDriver(async (driver, { means, adapter }) => {
      means?.duplicate?.();
      await reconnect(driver, means?.cut);
      for (const text of ['one', 'two', 'three']) await driver.hear(text);
      if (adapter.capabilities.order === 'arrival') return;
      assert.deepEqual(driver.ledger.texts(false), ['one', 'two', 'three']);
    }),
  },
  {
    name: 'delivery: what overtakes is put right, and no cursor runs ahead of it',
    needs: { means: ['reorder'], support: ['direct'], order: ['total', 'archive'] },
    run: withDriver(async (driver, setup) => {
      setup.means?.reorder?.();
      await reconnect(driver, setup.means?.cut);
      const runs = driver.endings.length;
      const texts = Array.from({ length: 12 }, (_, index) => `${index}`);
      for (const text of texts) await setup.peer.send(text);
      await driver.until('all arrive', () => driver.ledger.texts(false).length >= texts.length);
      // An archive's pages after a broken connection are the hub's to rank.
      const live = driver.endings.length === runs;
      if (live || setup.adapter.capabilities.order === 'total') assert.deepEqual(inOrder(driver), texts);
      assertNoCursorAhead(driver, texts);
    }),
  },
  {
    name: 'delivery: a slow store stops the reading, and nothing is lost by it',
    needs: { support: ['direct'], means: ['flood'] },
    run: withDriver(async (driver, { means }) => {
      const runs = driver.endings.length;
      const texts = Array.from({ length: flood }, (_, index) => `${index} ${'x'.repeat(longText)}`);
      const release = driver.host.hold();
      try {
        await means?.flood?.(texts);
        await sleep(floodTime);
      } finally {
        release();
      }
      const { batches, length } = driver.host.mostUncommitted;
      assert.ok(
        batches <= mostBatches || length <= mostLength,
        `${batches} batches of ${length} characters waited to be stored`,
      );
      await driver.until(
        'all arrives',
        // What a broken connection swallowed is a matter of catching up.
        () => driver.endings.length > runs || driver.ledger.texts(false).length >= flood,
      );
    }),
  },
];

/** Makes a means that is for connections to come take effect. */
async function reconnect(driver: Driver, cut: (() => void) | undefined): Promise<void> {
  const runs = driver.endings.length;
  cut?.();
  if (cut !== undefined) await driver.until('the connection breaks', () => driver.endings.length > runs);
  await driver.ready();
}

async function send(driver: Driver, text: string): Promise<{ op: Op; outcome: Outcome }> {
  const op: Op = {
    id: mintId('operation'),
    conversation: driver.direct,
    attempt: 0,
    memo: null,
    body: textBody(text),
  };
  return driver.carry(op);
}

async function countAt(peer: Peer, text: string): Promise<number> {
  return (await peer.received()).filter((each) => each.text === text).length;
}

/** The hub must be able to tell that it is this operation's: by its id, by the stable key, or by the claimed one. */
function assertOurs(row: Row, op: Op, outcome: Outcome): void {
  assert.equal(row.sender.self, true);
  const refs: readonly (string | null)[] = outcome.result === 'accepted' ? outcome.refs : [];
  const known = row.operation === op.id || row.claimed === op.id || refs.includes(row.stable);
  assert.ok(known, 'nothing ties the echo to its operation');
}

/** By the network's keys where it gives them, else as they came. */
function inOrder(driver: Driver): string[] {
  const keys = new Map<unknown, string>();
  for (const event of driver.ledger.events) {
    if (event.type !== 'timeline' || event.place.by !== 'key') continue;
    for (const [index, item] of event.items.entries()) keys.set(item.stable, event.place.keys[index] ?? '');
  }
  const rows = driver.ledger.rows.filter(({ sender }) => !sender.self);
  if (keys.size > 0) rows.sort((a, b) => ((keys.get(a.stable) ?? '') < (keys.get(b.stable) ?? '') ? -1 : 1));
  return rows.map(({ content }) => content.text);
}

/** Wherever a cursor moved, every message up to the newest one known then was stored too. */
function assertNoCursorAhead(driver: Driver, texts: readonly string[]): void {
  let cursors = JSON.stringify(driver.host.crashPoints[0]?.cursors);
  for (const point of driver.host.crashPoints) {
    // What is missing under an open gap is known to be missing.
    if (JSON.stringify(point.cursors) === cursors || point.gaps.size > 0) continue;
    cursors = JSON.stringify(point.cursors);
    const stored = new Set(point.texts(false));
    const newest = texts.findLastIndex((text) => stored.has(text));
    const missing = texts.slice(0, newest + 1).filter((text) => !stored.has(text));
    assert.deepEqual(missing, [], 'a cursor moved over messages that were not stored');
  }
}
