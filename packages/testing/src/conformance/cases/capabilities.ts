import assert from 'node:assert/strict';
import { accountScope, supportKeys, supports, type OpBody, type SupportKey } from '@natter/core';
import type { ConformanceCase } from '../case.ts';
import { assertErrorData, rejection } from '../check-error.ts';
import { faultsOfData } from '../check-batch.ts';
import { nowhere } from '../driver.ts';
import { withDriver } from '../with-driver.ts';

const levels: readonly unknown[] = ['full', 'partial', 'none', 'unknown'];
const target = { stable: nowhere };

/** An operation for each capability that a user could ask for. */
const asking: readonly (readonly [SupportKey, OpBody])[] = [
  ['edit', { type: 'edit', target, content: { kind: 'text', text: 'x' } }],
  ['retract', { type: 'retract', target, reason: null }],
  ['react', { type: 'react', target, key: '👍', on: true, mine: ['👍'] }],
  ['read-marker', { type: 'mark-read', upTo: target }],
  ['roster-edit', { type: 'roster', change: { action: 'add', address: 'somebody' } }],
  ['block', { type: 'roster', change: { action: 'block', contact: nowhere } }],
  ['create-room', { type: 'room', change: { action: 'create', name: 'x', kind: 'group', invite: [] } }],
  ['join-room', { type: 'room', change: { action: 'join', address: '#x' } }],
  ['topic', { type: 'room', change: { action: 'topic', text: 'x' } }],
  ['kick', { type: 'room', change: { action: 'kick', member: nowhere } }],
  ['invite', { type: 'room', change: { action: 'invite', contact: nowhere } }],
  ['profile', { type: 'profile', change: { action: 'name', name: 'x' } }],
  ['own-avatar', { type: 'profile', change: { action: 'avatar', image: null } }],
];

/** What is declared, and that what is not declared is refused. */
export const capabilityCases: readonly ConformanceCase[] = [
  {
    name: 'capabilities: are well-formed, plain and the same each time',
    async run({ adapter }) {
      const { support, limits, resend, order, catchUp } = adapter.capabilities;
      assert.match(adapter.id, /^[a-z][a-z0-9-]*$/);
      assert.equal(adapter.contract, 1);
      for (const [key, level] of Object.entries(support)) {
        assert.ok((supportKeys as readonly string[]).includes(key), `"${key}" is no support key`);
        assert.ok(levels.includes(level), `${key} is "${level}"`);
      }
      for (const value of Object.values(limits))
        assert.ok(Array.isArray(value) || (Number.isFinite(value) && value > 0));
      assert.ok(['idempotent', 'verify', 'never'].includes(resend), `resend is "${resend}"`);
      assert.ok(['total', 'archive', 'arrival'].includes(order), `order is "${order}"`);
      assert.ok(['account', 'conversation', 'none'].includes(catchUp), `catchUp is "${catchUp}"`);
      assert.deepEqual(faultsOfData('the capabilities', adapter.capabilities), []);
      assert.deepEqual(faultsOfData('the config schema', adapter.configSchema), []);
      assert.equal(adapter.configSchema['type'], 'object', 'the config schema is not that of an object');
    },
  },
  {
    name: 'capabilities: what is not declared is refused as unsupported, without a rejection',
    run: withDriver(async (driver, { adapter }) => {
      for (const [key, body] of asking) {
        if (adapter.capabilities.support[key] !== undefined && adapter.capabilities.support[key] !== 'none')
          continue;
        const outcome = await driver.perform(body, nowhere);
        assert.equal(
          outcome.result,
          'refused',
          `${key} is not declared, but ${body.type} was ${outcome.result}`,
        );
        assert.equal('error' in outcome && outcome.error.code, 'unsupported', `${body.type} without ${key}`);
      }
    }),
  },
  {
    name: 'capabilities: catch-up that is not declared rejects as unsupported',
    needs: { catchUp: ['none'] },
    run: withDriver(async (driver) => {
      const error = await rejection(driver.session.catchUp(accountScope, null, AbortSignal.timeout(5000)));
      assert.ok(error.code === 'unsupported' || error.retriable, `it rejected with ${error.code}`);
    }),
  },
  {
    name: 'capabilities: history that is not declared rejects as unsupported',
    run: withDriver(async (driver, { adapter }) => {
      if (supports(adapter.capabilities, 'history')) return;
      const request = { conversation: nowhere, direction: 'older', limit: 5 } as const;
      const error = await rejection(driver.session.history(request, AbortSignal.timeout(5000)));
      assert.ok(error.code === 'unsupported' || error.retriable, `it rejected with ${error.code}`);
    }),
  },
  {
    name: 'capabilities: an interaction that is not declared ends as failed',
    run: withDriver(async (driver, { adapter }) => {
      if (supports(adapter.capabilities, 'verification')) return;
      const interaction = driver.session.interact('verify', null);
      const step = await interaction.next(null, AbortSignal.timeout(5000));
      assert.equal(step.kind, 'failed');
      if (step.kind === 'failed') assertErrorData(step.error);
      await interaction.cancel();
    }),
  },
];
