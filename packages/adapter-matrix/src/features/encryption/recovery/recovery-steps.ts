import type { Interaction } from '@natter/core';
import {
  errorData,
  NatterError,
  type Answer,
  type ErrorData,
  type Field,
  type Step,
} from '@natter/core/model';
import type { Recovered, Recovery } from './recovery.ts';
import { failureOf } from '../failure.ts';

const KEY: Field = {
  name: 'recovery-key',
  label: 'Recovery key or passphrase',
  secret: true,
  required: true,
};
const PASSPHRASE: Field = {
  name: 'passphrase',
  label: 'A passphrase for the recovery key (none: only the key itself opens it)',
  secret: true,
  required: false,
};
const PASSWORD: Field = { name: 'password', label: 'Password of the account', secret: true, required: true };

/** What is asked next. */
type Stage = 'begin' | 'choose' | 'key' | 'passphrase' | 'password' | 'told';

/**
 * Key recovery as steps of data: enters the recovery key of an account, makes one where there is none, or begins anew with
 * another identity when everything that could vouch for this device is lost.
 */
export class RecoverySteps implements Interaction {
  readonly #recovery: Recovery;
  readonly #ended: AbortSignal;
  readonly #changed: () => void;
  #stage: Stage = 'begin';
  #passphrase: string | null = null;
  #reset = false;

  /** `changed` is called when this device may stand otherwise than before; `ended` aborts when the run does. */
  constructor(recovery: Recovery, { ended, changed }: { ended: AbortSignal; changed: () => void }) {
    this.#recovery = recovery;
    this.#ended = ended;
    this.#changed = changed;
  }

  async next(answer: Answer | null, _signal: AbortSignal): Promise<Step> {
    try {
      if (this.#ended.aborted) throw interrupted();
      return await this.#next(answer);
    } catch (error) {
      return { kind: 'failed', error: this.#ended.aborted ? interrupted().data : failureOf(error) };
    }
  }

  /** Nothing is held; what was done is done. */
  async cancel(): Promise<void> {}

  async #next(answer: Answer | null): Promise<Step> {
    const value = (field: Field): string => answer?.values[field.name] ?? '';
    switch (this.#stage) {
      case 'begin':
        return this.#begin();
      case 'choose':
        return this.#chosen(answer?.action ?? '');
      case 'key':
        return answer === null ? this.#ask('key') : this.#restore(value(KEY));
      case 'passphrase':
        this.#passphrase = value(PASSPHRASE) === '' ? null : value(PASSPHRASE);
        return this.#make(null);
      case 'password':
        return this.#make(value(PASSWORD));
      case 'told':
        return { kind: 'done' };
    }
  }

  async #begin(): Promise<Step> {
    const standing = await this.#recovery.crossSigning.standing();
    const exists = await this.#recovery.exists();
    if (!exists && standing !== 'unverified') return this.#ask('passphrase');
    this.#stage = 'choose';
    const choose = (state: string, ...actions: string[]): Step => ({
      kind: 'show',
      what: 'text',
      data: { state },
      actions,
    });
    if (!exists)
      return choose(
        'this device is not verified, and the account has no recovery key: verify it with another device; or reset the identity, and verify everybody again',
        'cancel',
        'reset',
      );
    return standing === 'verified'
      ? choose('this device is verified, and the account has a recovery key', 'keep', 'replace')
      : choose('the account has a recovery key, which verifies this device', 'enter', 'reset');
  }

  #chosen(action: string): Step {
    switch (action) {
      case 'enter':
        return this.#ask('key');
      case 'reset':
        this.#reset = true;
        return this.#ask('passphrase');
      case 'replace':
        return this.#ask('passphrase');
      case 'keep':
        return { kind: 'done' };
      default:
        throw new NatterError(errorData('aborted', 'nothing was changed', { scope: 'account' }));
    }
  }

  async #restore(typed: string): Promise<Step> {
    try {
      return this.#tell(tellRecovered(await this.#recovery.restore(typed)));
    } catch (error) {
      if (!NatterError.isInstance(error) || error.data.code !== 'authentication') throw error;
      return this.#ask('key', error.data);
    }
  }

  async #make(password: string | null): Promise<Step> {
    try {
      const recoveryKey = await this.#recovery.create({
        passphrase: this.#passphrase,
        password,
        reset: this.#reset,
      });
      this.#passphrase = null;
      return this.#tell({ recoveryKey });
    } catch (error) {
      if (!NatterError.isInstance(error) || error.data.code !== 'authentication') throw error;
      return this.#ask('password', password === null ? undefined : error.data);
    }
  }

  #ask(stage: 'key' | 'passphrase' | 'password', error?: ErrorData): Step {
    this.#stage = stage;
    const field = { key: KEY, passphrase: PASSPHRASE, password: PASSWORD }[stage];
    const title = stage === 'key' ? 'Verify this device' : 'Make a recovery key';
    return { kind: 'fields', title, fields: [field], ...(error === undefined ? {} : { error }) };
  }

  #tell(data: Readonly<Record<string, string | number | boolean>>): Step {
    this.#stage = 'told';
    this.#changed();
    return { kind: 'show', what: 'text', data, actions: ['continue'] };
  }
}

function tellRecovered({ verified, keys }: Recovered): Record<string, string | number | boolean> {
  return { verified, ...(keys === null ? { backup: 'none that this key opens' } : { keysFromBackup: keys }) };
}

function interrupted(): NatterError {
  return new NatterError(
    errorData('offline', 'the connection was lost; try again', { scope: 'account', retriable: true }),
  );
}
