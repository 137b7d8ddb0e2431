import assert from 'node:assert/strict';
import { NatterError, type Ended, type ErrorData, type Outcome } from '@natter/core';
import { faultsOfData } from './check-batch.ts';

/** Fails unless it is an `ErrorData` that a person can read and a process can pass on. */
export function assertErrorData(error: ErrorData): void {
  assert.equal(typeof error, 'object', 'the error is no ErrorData');
  assert.match(error.code, /^[a-z-]+$/, 'the error has no code');
  assert.notEqual(error.code, 'internal', `the error is a defect: ${error.message}`);
  assert.ok(
    error.message.length > 0 && !/[\r\n]/.test(error.message),
    'the error has not one sentence for the user',
  );
  for (const field of ['retriable', 'certain'] as const)
    assert.equal(typeof error[field], 'boolean', `error.${field}`);
  assert.deepEqual(faultsOfData('the error', error), []);
}

/** Fails unless it is a well-formed outcome. */
export function assertOutcome(outcome: Outcome): void {
  const results = ['accepted', 'unconfirmed', 'not-sent', 'unknown', 'refused'];
  assert.ok(results.includes(outcome.result), `the outcome is ${outcome.result}`);
  assert.deepEqual(faultsOfData('the outcome', outcome), []);
  if (outcome.result === 'accepted')
    assert.ok(Array.isArray(outcome.refs), 'an accepted outcome has no refs');
  if (!('error' in outcome)) return;
  assertErrorData(outcome.error);
  if (outcome.result === 'unknown')
    assert.equal(outcome.error.certain, false, 'an unknown outcome is called certain');
  else assert.equal(outcome.error.certain, true, `an outcome of ${outcome.result} is called uncertain`);
}

/** Fails unless it is a well-formed end of a run. */
export function assertEnded(ended: Ended): void {
  const reasons = ['stopped', 'network', 'needsLogin', 'needsTrust', 'replaced', 'refused'];
  assert.ok(reasons.includes(ended.why), `the run ended because of ${ended.why}`);
  if (ended.why !== 'stopped') assertErrorData(ended.error);
}

/** Waits for a rejection and returns its data; fails when it resolves or rejects with anything but a NatterError. */
export async function rejection(promise: Promise<unknown>): Promise<ErrorData> {
  const caught: unknown = await promise.then(
    () => assert.fail('it resolved'),
    (reason: unknown) => reason,
  );
  if (!NatterError.isInstance(caught)) throw caught;
  assertErrorData(caught.data);
  return caught.data;
}
