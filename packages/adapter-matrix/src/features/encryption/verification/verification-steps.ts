import type { Interaction } from '@natter/core';
import { errorData, NatterError, type Answer, type ErrorData, type Step } from '@natter/core/model';
import type { OutgoingRequest } from '../outgoing-requests.ts';
import type { Cancellation, Flow, Partner } from './flow.ts';
import { failureOf } from '../failure.ts';

/** With what a verification is led. */
export interface VerificationParts {
  readonly flow: Flow;
  /** Sends what belongs to it. */
  send(request: OutgoingRequest): Promise<void>;
  /** Called once both have said that it is the same. */
  verified(partner: Partner): Promise<void>;
  /** Aborts when the run of the session ends, and every verification with it. */
  readonly ended: AbortSignal;
  /** Aborts when the other side, another device of ours or the time has ended it. */
  readonly over: AbortSignal;
}

/** How long the other side may begin the comparison before we do, when it was the one that asked (milliseconds). */
const THEIR_TURN = 4000;

/** A verification as steps of data, for any front end. */
export class VerificationSteps implements Interaction {
  readonly #parts: VerificationParts;
  #readySince: number | null = null;
  #told = false;

  constructor(parts: VerificationParts) {
    this.#parts = parts;
  }

  get over(): AbortSignal {
    return this.#parts.over;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { ended } = this.#parts;
    try {
      if (ended.aborted) throw interrupted();
      if (answer !== null) await this.#take(answer.action);
      signal.throwIfAborted();
      await this.#goOn();
      return await this.#step();
    } catch (error) {
      return { kind: 'failed', error: ended.aborted ? interrupted().data : failureOf(error) };
    }
  }

  async cancel(): Promise<void> {
    const { flow, ended } = this.#parts;
    if (ended.aborted || flow.state === 'done' || flow.state === 'cancelled') return;
    await this.#send(flow.cancel());
  }

  async #take(action: string): Promise<void> {
    const { flow } = this.#parts;
    const { state } = flow;
    if (state === 'requested' && !flow.weBegan)
      return this.#send(action === 'accept' ? flow.accept() : flow.cancel());
    if (state === 'compare') return this.#send(action === 'match' ? await flow.confirm() : flow.mismatch());
  }

  /** Does what needs no word of the user. */
  async #goOn(): Promise<void> {
    const { flow } = this.#parts;
    if (flow.state === 'ready') {
      this.#readySince ??= Date.now();
      if (flow.weBegan || Date.now() - this.#readySince > THEIR_TURN) await this.#send(await flow.start());
    }
    if (flow.state === 'started') await this.#send(flow.goAlong());
  }

  async #step(): Promise<Step> {
    const { flow } = this.#parts;
    const { partner, state } = flow;
    const with_ = {
      user: partner.userId,
      ...(partner.deviceId === null ? {} : { device: partner.deviceId }),
    };
    if (flow.elsewhere && state !== 'done' && state !== 'cancelled') throw answeredElsewhere();
    switch (state) {
      case 'requested':
        if (flow.weBegan) return { kind: 'wait', text: waitingFor(partner) };
        return {
          kind: 'show',
          what: 'text',
          data: { asks: 'to verify', ...with_ },
          actions: ['accept', 'reject'],
        };
      case 'ready':
      case 'started':
        return { kind: 'wait', text: 'agreeing on what to compare' };
      case 'compare': {
        const what = 'emoji' in flow.compared ? 'emoji' : 'code';
        return { kind: 'show', what, data: { ...with_, ...flow.compared }, actions: ['match', 'mismatch'] };
      }
      case 'confirmed':
        return { kind: 'wait', text: `waiting for ${partner.userId} to say the same` };
      case 'done':
        if (!this.#told) await this.#parts.verified(partner);
        this.#told = true;
        return { kind: 'done' };
      case 'cancelled':
        return { kind: 'failed', error: failure(flow.cancellation) };
    }
  }

  async #send(requests: readonly OutgoingRequest[]): Promise<void> {
    for (const request of requests) await this.#parts.send(request);
  }
}

function waitingFor({ self, userId }: Partner): string {
  return self
    ? 'waiting for another device of yours: accept there'
    : `waiting for ${userId} to accept in their client`;
}

function failure(cancellation: Cancellation | null): ErrorData {
  const { code = 'm.unknown', byUs = false } = cancellation ?? {};
  const condition = { cancelled: code, byUs };
  const over = (message: string, how: Parameters<typeof errorData>[0] = 'aborted'): ErrorData =>
    errorData(how, message, { scope: 'account', condition });
  switch (code) {
    case 'm.mismatched_sas':
      return over(
        'what the two of you saw was not the same: nothing was verified. Somebody may be listening; try again, and compare over another way than this',
        'forbidden',
      );
    case 'm.key_mismatch':
      return over('the keys are not the ones that were announced: nothing was verified', 'forbidden');
    case 'm.timeout':
      return over('nobody answered in ten minutes: nothing was verified, try again', 'timeout');
    case 'm.accepted':
      return answeredElsewhere().data;
    case 'm.unknown_method':
      return over('the other client cannot verify by emoji or numbers', 'unsupported');
    case 'm.user':
      return over(
        byUs ? 'cancelled: nothing was verified' : 'the other side cancelled: nothing was verified',
      );
    default:
      return over(`the verification was broken off (${code.slice(0, 60)}): nothing was verified, try again`);
  }
}

function answeredElsewhere(): NatterError {
  return new NatterError(
    errorData('aborted', 'another device of yours goes on with this verification', { scope: 'account' }),
  );
}

function interrupted(): NatterError {
  return new NatterError(
    errorData('offline', 'the connection was lost: nothing was verified, try again', {
      scope: 'account',
      retriable: true,
    }),
  );
}
