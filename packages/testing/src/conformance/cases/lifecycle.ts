import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorData, NatterError } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { assertEnded } from '../check-error.ts';
import { Driver } from '../driver.ts';
import { assertNothingLeft, resources } from '../resources.ts';

const presence = { availability: 'available', text: null } as const;

/** A run is one connection attempt: it never rejects, ends when it is told to, and leaves nothing behind. */
export const lifecycleCases: readonly ConformanceCase[] = [
  {
    name: 'lifecycle: open() does nothing by itself',
    async run(setup) {
      const driver = await Driver.create(setup);
      const before = resources();
      const again = await Driver.create(setup);
      // A slow link is still closing what signing in has used.
      await assertNothingLeft(before);
      assert.deepEqual([...driver.host.phases, ...again.host.phases], []);
      await again.stop();
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: a run that is aborted before it starts is stopped, and never online',
    async run(setup) {
      const driver = await Driver.create(setup);
      const ended = await driver.runOnce(AbortSignal.abort());
      assert.equal(ended.why, 'stopped');
      assert.ok(!driver.host.phases.includes('online'));
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: an abort ends the run as stopped, in every phase',
    async run(setup) {
      for (const phase of ['connecting', 'authenticating', 'syncing', 'online'] as const) {
        const driver = await Driver.create(setup);
        const abort = new AbortController();
        driver.host.onChange(() => driver.host.phases.at(-1) === phase && abort.abort());
        const run = driver.runOnce(abort.signal);
        await reaches(driver, phase, run);
        abort.abort();
        const ended = await run;
        assert.equal(ended.why, 'stopped', `aborted while ${phase}`);
        await driver.stop();
      }
    },
  },
  {
    name: 'lifecycle: nothing is left open when a run has ended, however often',
    async run(setup) {
      const driver = await Driver.start(setup);
      await driver.stop();
      await sleep(50);
      const before = resources();
      for (let count = 0; count < 3; count++) {
        driver.run();
        await driver.ready();
        await driver.stop();
      }
      await assertNothingLeft(before);
    },
  },
  {
    name: 'lifecycle: a session is silent after its run has ended',
    async run(setup) {
      const driver = await Driver.start(setup);
      await driver.stop();
      const told = driver.host.batches.length + driver.host.hints.length;
      await setup.peer.send('is anybody there?');
      driver.session.signal({ type: 'presence', presence });
      await sleep(100);
      assert.equal(driver.host.batches.length + driver.host.hints.length, told);
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: an operation without a run is not sent',
    async run(setup) {
      const driver = await Driver.create(setup);
      const op = driver.firstAttempt('x');
      const outcome = await driver.attempt(op);
      assert.equal(outcome.result, 'not-sent');
      assert.ok(
        'error' in outcome && outcome.error.retriable,
        'it may be sent later: the error must be retriable',
      );
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: a dead store ends the run, which does not reject',
    async run(setup) {
      const driver = await Driver.create(setup);
      driver.host.broken = new NatterError(errorData('storage', 'the disk is full'));
      const run = driver.runOnce(new AbortController().signal);
      const poke = setInterval(() => void setup.peer.send('are you there?').catch(() => {}), 100);
      try {
        const ended = await run;
        assert.notEqual(ended.why, 'stopped');
      } finally {
        clearInterval(poke);
      }
    },
  },
  {
    name: 'lifecycle: a broken connection ends the run as network trouble, and another run goes on',
    needs: { means: ['cut'] },
    async run(setup) {
      const driver = await Driver.start(setup);
      setup.means?.cut?.();
      await driver.until('the run ends', () => driver.endings.length > 0);
      const [ended] = driver.endings;
      assert.equal(ended?.why, 'network');
      if (ended?.why === 'network')
        assert.ok(ended.error.retriable, 'a broken connection is worth another try');
      await driver.ready();
      await driver.hear('back again');
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: a network that is down ends the run as network trouble',
    needs: { means: ['down'] },
    async run(setup) {
      const driver = await Driver.create(setup);
      setup.means?.down?.(true);
      const run = driver.runOnce(new AbortController().signal);
      const ended = await run;
      assertEnded(ended);
      assert.equal(ended.why, 'network');
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: after wipe() the account needs to sign in again',
    async run(setup) {
      const driver = await Driver.start(setup);
      await driver.stop();
      await driver.within('wipe() resolves', driver.session.wipe(false, AbortSignal.timeout(5000)));
      driver.run();
      await driver.until('the run ends', () => driver.endings.length > 1);
      assert.equal(driver.endings.at(-1)?.why, 'needsLogin');
      await driver.stop();
    },
  },
  {
    name: 'lifecycle: wipe() forgets the account without any run',
    async run(setup) {
      const driver = await Driver.create(setup);
      await driver.within('wipe() resolves', driver.session.wipe(false, AbortSignal.timeout(5000)));
      const ended = await driver.runOnce(new AbortController().signal);
      assert.equal(ended.why, 'needsLogin');
      await driver.stop();
    },
  },
];

/** The phase was told, or the run ended because the observer aborted it there. */
async function reaches(driver: Driver, phase: string, run: Promise<unknown>): Promise<void> {
  let over = false;
  void run.then(
    () => (over = true),
    () => (over = true),
  );
  await driver.until(`the phase ${phase}`, () => over || driver.host.phases.some((told) => told === phase));
}
