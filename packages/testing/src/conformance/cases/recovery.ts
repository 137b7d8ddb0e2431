import assert from 'node:assert/strict';
import type { ConformanceCase } from '../case.ts';
import { Driver } from '../driver.ts';
import type { Ledger, Row } from '../ledger.ts';
import type { AdapterSetup } from '../setup.ts';
import { withDriver } from '../with-driver.ts';

const missed = Array.from({ length: 9 }, (_, index) => `missed ${index}`);

/** Being away, and coming back after a crash. */
export const recoveryCases: readonly ConformanceCase[] = [
  {
    name: 'recovery: what was said while we were away is caught up, once and in order',
    needs: { catchUp: ['account', 'conversation'] },
    async run(setup) {
      const driver = await missesAll(setup);
      driver.run();
      await driver.until('all is caught up', () =>
        missed.every((text) => driver.ledger.withText(text).length > 0),
      );
      await driver.hear('after');
      await driver.stop();
      assert.deepEqual(driver.ledger.texts(false).toSorted(), ['after', 'before', ...missed].toSorted());
      assert.equal(driver.ledger.gaps.size, 0, 'a gap stayed open');
      assertPageOrder(driver);
    },
  },
  {
    name: 'recovery: what is said while we catch up is not lost and hides nothing',
    needs: { catchUp: ['account', 'conversation'] },
    async run(setup) {
      const driver = await missesAll(setup);
      driver.host.onChange(() => {});
      driver.run();
      const live = Array.from({ length: 5 }, (_, index) => `meanwhile ${index}`);
      for (const text of live) await setup.peer.send(text);
      const all = ['before', ...missed, ...live];
      await driver.until('all is there', () => all.every((text) => driver.ledger.withText(text).length > 0));
      await driver.stop();
      assert.deepEqual(driver.ledger.texts(false).toSorted(), all.toSorted());
    },
  },
  {
    name: 'recovery: every commit is a place to crash: nothing is lost and nothing comes twice',
    needs: { catchUp: ['account', 'conversation'] },
    async run(setup) {
      const first = await Driver.start(setup);
      for (const text of missed.slice(0, 5)) await first.hear(text);
      await first.say('from us');
      await first.stop();
      for (const text of missed.slice(5)) await setup.peer.send(text);
      first.run();
      await first.until('all is there', () => missed.every((text) => first.ledger.withText(text).length > 0));
      await first.stop();
      const points = first.host.crashPoints;
      // Always the first and the last, and at most 12 in between.
      const step = Math.max(1, Math.floor(points.length / 12));
      for (const [index, point] of points.entries()) {
        if (index % step === 0 || index === points.length - 1) await recoverFrom(setup, point, first.ledger);
      }
    },
  },
  {
    name: 'recovery: a replay tells the same things by the same names',
    needs: { catchUp: ['account', 'conversation'] },
    async run(setup) {
      const driver = await Driver.start(setup);
      for (const text of missed) await driver.hear(text);
      await driver.stop();
      const again = await Driver.start(setup);
      await again.until('all is there', () => missed.every((text) => again.ledger.withText(text).length > 0));
      await again.stop();
      const names = (ledger: Ledger): string[] => ledger.rows.map(nameOf).toSorted();
      assert.deepEqual(names(again.ledger), names(driver.ledger));
    },
  },
  {
    name: 'recovery: a session goes on after many broken connections',
    needs: { means: ['cut'] },
    run: withDriver(async (driver, { means }) => {
      for (let count = 0; count < 5; count++) {
        await driver.hear(`still here ${count}`);
        const runs = driver.endings.length;
        means?.cut?.();
        await driver.until('the connection breaks', () => driver.endings.length > runs);
      }
      await driver.hear('and at the end');
    }),
  },
];

/** A driver at rest that has heard `before`, and was away when the rest was said. */
async function missesAll(setup: AdapterSetup): Promise<Driver> {
  const driver = await Driver.start(setup);
  await driver.hear('before');
  await driver.stop();
  for (const text of missed) await setup.peer.send(text);
  return driver;
}

async function recoverFrom(setup: AdapterSetup, point: Ledger, whole: Ledger): Promise<void> {
  const driver = await Driver.start(setup, { from: point });
  await driver.until('what was missed after a crash', () =>
    missed.every((text) => driver.ledger.withText(text).length > 0),
  );
  await driver.stop();
  assert.deepEqual(driver.ledger.texts(false).toSorted(), whole.texts(false).toSorted(), 'after a crash');
  assert.equal(driver.ledger.gaps.size, 0, 'a gap stayed open after a crash');
}

/** Messages of one batch stand oldest first. */
function assertPageOrder(driver: Driver): void {
  for (const event of driver.ledger.events) {
    if (event.type !== 'timeline') continue;
    const texts = event.items.map(({ content }) => content.text).filter((text) => missed.includes(text));
    assert.deepEqual(texts, texts.toSorted(), 'a page is not oldest to newest');
    if (event.place.by === 'key')
      assert.deepEqual(event.place.keys, event.place.keys.toSorted(), 'order keys do not rise');
  }
}

function nameOf({ stable, claimed, sender, content }: Row): string {
  return JSON.stringify([stable, claimed, sender.key, content.text]);
}
