import assert from 'node:assert/strict';
import type { Target } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import type { Driver } from '../driver.ts';
import type { Row } from '../ledger.ts';
import type { Peer } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

/** What happens to messages after they were sent. */
export const changeCases: readonly ConformanceCase[] = [
  {
    name: 'changes: an edit, both ways, by the author',
    needs: { support: ['edit'], peer: ['edit', 'look'] },
    run: withDriver(async (driver, { peer }) => {
      const id = await peer.send('helo');
      await peer.edit?.(id, 'hello');
      await driver.until('the edit', () => driver.ledger.withText('hello').length > 0);
      assert.equal(driver.ledger.withText('hello')[0]?.patches[0]?.by.key, peer.key);
      const { target, theirs } = await spoken(driver, peer, 'god morning');
      await driver.perform({ type: 'edit', target, content: { kind: 'text', text: 'good morning' } });
      await driver.until(
        'the peer sees it',
        async () => (await peer.look?.(theirs))?.text === 'good morning',
      );
    }),
  },
  {
    name: 'changes: a retraction, both ways',
    needs: { support: ['retract'], peer: ['retract', 'look'] },
    run: withDriver(async (driver, { peer }) => {
      const id = await peer.send('oops');
      await driver.until('it arrives', () => driver.ledger.withText('oops').length > 0);
      await peer.retract?.(id);
      await driver.until('it goes', () => driver.ledger.withText('oops').length === 0);
      const { target, theirs } = await spoken(driver, peer, 'ouch');
      await driver.perform({ type: 'retract', target, reason: null });
      await driver.until('the peer sees it go', async () => (await peer.look?.(theirs))?.text === null);
    }),
  },
  {
    name: 'changes: a reaction comes and goes, both ways',
    needs: { support: ['react'], peer: ['react', 'look'] },
    run: withDriver(async (driver, { peer }) => {
      const { target, theirs, row } = await spoken(driver, peer, 'done!');
      await peer.react?.(theirs, '🎉');
      await driver.until('the reaction', () => reactionsOf(driver, row()) === '🎉');
      await peer.send('me too');
      await driver.until('it arrives', () => driver.ledger.withText('me too').length > 0);
      for (const on of [true, false]) {
        await driver.perform({ type: 'react', target, key: '👍', on, mine: on ? ['👍'] : [] });
        const wanted = on ? ['🎉', '👍'] : ['🎉'];
        const seen = async (): Promise<string> => JSON.stringify((await peer.look?.(theirs))?.reactions);
        await driver.until(
          `the peer sees ${wanted.join('')}`,
          async () => (await seen()) === JSON.stringify(wanted),
        );
      }
    }),
  },
  {
    name: 'changes: nobody else may edit what somebody said',
    needs: { support: ['edit'], peer: ['look'] },
    run: withDriver(async (driver, { peer }) => {
      await driver.hear('my own words');
      const row = driver.ledger.withText('my own words')[0];
      const outcome = await driver.perform({
        type: 'edit',
        target: targetOf(row),
        content: { kind: 'text', text: 'other words' },
      });
      assert.equal(outcome.result, 'refused');
      assert.equal(driver.ledger.withText('other words').length, 0);
      assert.ok(peer.key !== undefined);
    }),
  },
  {
    name: 'changes: how far the peer has read is told',
    needs: { support: ['receipts-read'], peer: ['markRead'] },
    run: withDriver(async (driver, { peer }) => {
      const { theirs } = await spoken(driver, peer, 'read me');
      await peer.markRead?.(theirs);
      const told = (): boolean =>
        driver.ledger.events.some(
          (event) => event.type === 'marker' && event.kind === 'read' && event.who.key === peer.key,
        );
      await driver.until('the marker', told);
    }),
  },
  {
    name: 'changes: how far we have read reaches the peer',
    needs: { support: ['read-marker'], peer: ['readByAccount'] },
    run: withDriver(async (driver, { peer }) => {
      const id = await peer.send('have you seen this?');
      await driver.until('it arrives', () => driver.ledger.withText('have you seen this?').length > 0);
      const upTo = targetOf(driver.ledger.withText('have you seen this?')[0]);
      await driver.perform({ type: 'mark-read', upTo });
      await driver.until('the peer sees it', async () => (await peer.readByAccount?.()) === id);
    }),
  },
  {
    name: 'changes: a message that could not be read heals when the key comes',
    needs: { means: ['sendLocked'] },
    run: withDriver(async (driver, { means }) => {
      const unlock = means?.sendLocked?.('the secret');
      const locked = (): Row | undefined =>
        driver.ledger.rows.find(({ content }) => content.kind === 'undecryptable');
      await driver.until('it arrives', () => locked() !== undefined);
      assert.ok(!JSON.stringify(locked()?.content).includes('the secret'));
      unlock?.();
      await driver.until('it heals', () => driver.ledger.withText('the secret').length === 1);
    }),
  },
];

/** Says something and finds it on both sides. */
async function spoken(
  driver: Driver,
  peer: Peer,
  text: string,
): Promise<{ target: Target; theirs: string; row: () => Row | undefined }> {
  const outcome = await driver.say(text);
  await driver.until('the peer gets it', async () =>
    (await peer.received()).some((each) => each.text === text),
  );
  const theirs = (await peer.received()).find((each) => each.text === text)?.id ?? '';
  const row = (): Row | undefined => driver.ledger.withText(text)[0];
  const stable = outcome.result === 'accepted' ? outcome.refs[0] : undefined;
  if (stable === undefined) await driver.until('the echo', () => row() !== undefined);
  return { target: stable === undefined ? targetOf(row()) : { stable }, theirs, row };
}

function targetOf(row: Row | undefined): Target {
  if (row?.stable) return { stable: row.stable };
  if (row?.claimed) return { claimed: row.claimed, sender: row.sender.key };
  return assert.fail('the message has no id to refer to');
}

function reactionsOf(driver: Driver, row: Row | undefined): string {
  const keys = new Set<string>();
  for (const { change, by } of driver.ledger.rows.find((each) => each === row)?.patches ?? []) {
    if (by.self) continue;
    if (change.kind === 'react' && change.on) keys.add(change.key);
    if (change.kind === 'react' && !change.on) keys.delete(change.key);
    if (change.kind === 'reactions') change.keys.forEach((key) => keys.add(key));
  }
  return [...keys].join('');
}
