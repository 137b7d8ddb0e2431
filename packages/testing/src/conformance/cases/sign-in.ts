import assert from 'node:assert/strict';
import type { Step } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { faultsOfData } from '../check-batch.ts';
import { assertErrorData } from '../check-error.ts';
import { Driver } from '../driver.ts';
import { signIn } from '../sign-in.ts';

/** Sign-in is a machine of data steps: whatever goes wrong is a step. */
export const signInCases: readonly ConformanceCase[] = [
  {
    name: 'sign-in: ends as done, in plain steps, with the secrets kept',
    async run(setup) {
      const { step, steps, secrets } = await signIn(setup);
      assert.equal(step.kind, 'done', JSON.stringify(step));
      for (const each of steps) assert.deepEqual(faultsOfData('a step', each), []);
      assert.ok(secrets.size > 0, 'nothing was kept to sign in with the next time');
      const answers = Object.values(setup.account.answers);
      const shown = JSON.stringify(steps);
      for (const answer of answers)
        assert.ok(!shown.includes(JSON.stringify(answer)), 'a step shows a secret');
    },
  },
  {
    name: 'sign-in: a wrong password is a failed step and keeps nothing',
    async run(setup) {
      const answers = Object.fromEntries(
        Object.entries(setup.account.answers).map(([name, value]) => [name, `${value}-not`]),
      );
      const { step, secrets } = await signIn(setup, { answers });
      assert.equal(failureOf(step).code, 'authentication');
      assert.equal(
        secrets.size,
        0,
        `a secret that does not work was kept: ${[...secrets.keys()].join(', ')}`,
      );
    },
  },
  {
    name: 'sign-in: is aborted by its signal, as a failed step',
    async run(setup) {
      const { step } = await signIn(setup, { signal: AbortSignal.abort() });
      assert.equal(failureOf(step).code, 'aborted');
    },
  },
  {
    name: 'sign-in: cancel is harmless, at any time and twice',
    async run(setup) {
      const { account, adapter } = setup;
      const start = { purpose: 'add', ...account, account: 'a' as never, deviceId: 'conformance' } as const;
      const host = {
        secret: async () => null,
        setSecret: async () => assert.fail('a cancelled sign-in kept a secret'),
        log: () => {},
      };
      const interaction = adapter.login(start, host);
      await interaction.next(null, AbortSignal.timeout(5000));
      await interaction.cancel();
      await interaction.cancel();
    },
  },
  {
    name: 'sign-in: a certificate that nobody vouches for is shown and not trusted by itself',
    needs: { means: ['distrust'] },
    async run(setup) {
      setup.means?.distrust?.();
      const refused = await signIn(setup, { certificate: 'reject' });
      assert.ok(
        refused.steps.some((step) => step.kind === 'show' && step.what === 'certificate'),
        'it was not shown',
      );
      assert.equal(failureOf(refused.step).code, 'certificate-untrusted');
      assert.equal(refused.secrets.size, 0);
      const driver = await Driver.start(setup);
      await driver.stop();
    },
  },
  {
    name: 'sign-in: a certificate that nobody vouches for ends a run with needsTrust',
    needs: { means: ['distrust'] },
    async run(setup) {
      const driver = await Driver.create(setup);
      setup.means?.distrust?.();
      driver.run();
      await driver.until('the run ends', () => driver.endings.length > 0);
      assert.equal(driver.endings[0]?.why, 'needsTrust');
      await driver.stop();
    },
  },
  {
    name: 'sign-in: a run with a wrong or missing secret ends with needsLogin',
    async run(setup) {
      for (const spoil of [(secrets: Map<string, string>) => secrets.clear(), spoilAll]) {
        const driver = await Driver.create(setup);
        spoil(driver.host.secrets);
        driver.run();
        await driver.until('the run ends', () => driver.endings.length > 0);
        assert.equal(driver.endings[0]?.why, 'needsLogin');
        await driver.stop();
      }
    },
  },
];

function spoilAll(secrets: Map<string, string>): void {
  for (const [name, value] of secrets) secrets.set(name, `${value}-not`);
}

function failureOf(step: Step): { code: string } {
  const error = step.kind === 'failed' || step.kind === 'fields' ? step.error : undefined;
  if (error === undefined) return assert.fail(`sign-in ended with ${JSON.stringify(step)}`);
  assertErrorData(error);
  return error;
}
