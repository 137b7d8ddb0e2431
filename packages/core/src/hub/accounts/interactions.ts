import type { Interaction } from '../../contract/index.ts';
import type { AccountId, Answer, Step } from '../../model/index.ts';
import { NatterError, errorData, toErrorData } from '../../model/index.ts';
import { withPatience } from '../patience.ts';
import type { InteractionStep } from '../../client/index.ts';
import { State } from '../../streams/index.ts';
import type { Frames, ReadonlyState } from '../../streams/index.ts';

/** An interaction that a network started and that waits for the user. */
export interface AskedInteraction {
  readonly account: AccountId;
  readonly about: string;
  readonly step: InteractionStep;
}

interface Running {
  readonly interaction: Interaction;
  readonly abort: AbortController;
  /** Called with the last step; gives the account when there is one now. */
  readonly finish: (step: Step) => Promise<AccountId | null>;
  /** The account whose network asks; `null` when a front end began it. */
  readonly asker: AccountId | null;
  busy: boolean;
  /** The other side has ended it: it is kept only to say so to a front end that has it open. */
  over: boolean;
}

/** How many questions of one account wait for the user at once. */
const askedLimit = 8;

/** Interactions by id, whoever began them: front ends see only steps and answers. */
export class InteractionTable {
  readonly #running = new Map<string, Running>();
  readonly #asked: State<readonly AskedInteraction[]>;
  /** More at once than anybody can answer is a front end that forgets them. */
  readonly #limit = 100;
  readonly #patience: number;

  constructor(frames: Frames, patience: number) {
    this.#patience = patience;
    this.#asked = new State<readonly AskedInteraction[]>(frames, []);
  }

  get asked(): ReadonlyState<readonly AskedInteraction[]> {
    return this.#asked;
  }

  /** Begins an interaction that a front end wants; `finish` runs once, when its last step is known. */
  async begin(
    interaction: Interaction,
    finish: Running['finish'],
    asker: AccountId | null = null,
  ): Promise<InteractionStep> {
    if (this.#running.size >= this.#limit)
      throw new NatterError(errorData('rate-limited', 'too many interactions are open'));
    const id = crypto.randomUUID();
    this.#running.set(id, {
      interaction,
      abort: new AbortController(),
      finish,
      asker,
      busy: false,
      over: false,
    });
    return this.answer(id, null);
  }

  /** Answers a step and gives the next. */
  async answer(id: string, answer: Answer | null): Promise<InteractionStep> {
    const running = this.#running.get(id);
    if (!running) throw new NatterError(errorData('not-found', 'this interaction is over'));
    if (running.busy)
      throw new NatterError(errorData('conflict', 'this interaction is busy with another answer'));
    running.busy = true;
    const step = await this.#next(running, answer);
    running.busy = false;
    // Cancelled meanwhile: whatever the other side says, the user does not want it any more.
    if (this.#running.get(id) !== running) throw new NatterError(errorData('aborted', 'cancelled'));
    if (step.kind !== 'done' && step.kind !== 'failed') return { interaction: id, step, account: null };
    this.#running.delete(id);
    this.#forget(id);
    return { interaction: id, step, account: await running.finish(step) };
  }

  /** Ends an interaction early; one that is over is left alone. */
  async cancel(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    this.#forget(id);
    if (!running) return;
    running.abort.abort();
    // Whatever the other side makes of it, here it is over.
    await withPatience(() => running.interaction.cancel(), running.abort.signal, this.#patience).catch(
      () => undefined,
    );
    await running.finish({ kind: 'failed', error: errorData('aborted', 'cancelled') });
  }

  async #next({ interaction, abort }: Running, answer: Answer | null): Promise<Step> {
    try {
      return await withPatience(() => interaction.next(answer, abort.signal), abort.signal, this.#patience);
    } catch (error) {
      return { kind: 'failed', error: toErrorData(error) };
    }
  }

  /** A network asks the user something; resolves when that is answered, cancelled, or the account stops. */
  async ask(account: AccountId, about: string, interaction: Interaction, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new NatterError(errorData('closed', 'the account is being stopped'));
    // A server that asks and asks must not take the places of the other accounts.
    if (this.#askedBy(account, false).length >= askedLimit)
      throw new NatterError(errorData('rate-limited', 'too many questions are open', { scope: 'account' }));
    const over = Promise.withResolvers<null>();
    const first = await this.begin(
      interaction,
      async () => {
        over.resolve(null);
        return null;
      },
      account,
    );
    if (first.step.kind === 'done' || first.step.kind === 'failed') return;
    this.#asked.set([...this.#asked.value, { account, about, step: first }]);
    const stop = (): void => {
      void this.cancel(first.interaction).finally(() => over.resolve(null));
    };
    const takeBack = (): void => {
      this.#takeBack(first.interaction, account);
      over.resolve(null);
    };
    signal.addEventListener('abort', stop, { once: true });
    interaction.over?.addEventListener('abort', takeBack, { once: true });
    if (interaction.over?.aborted === true) takeBack();
    await over.promise;
    signal.removeEventListener('abort', stop);
    interaction.over?.removeEventListener('abort', takeBack);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)));
  }

  /** The other side has ended it. The last few of an account stay to be asked why. */
  #takeBack(id: string, account: AccountId): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.over = true;
    this.#forget(id);
    for (const [oldest] of this.#askedBy(account, true).slice(0, -askedLimit)) this.#running.delete(oldest);
  }

  /** What the network of an account asks, oldest first, and has ended or not. */
  #askedBy(account: AccountId, over: boolean): (readonly [string, Running])[] {
    return [...this.#running].filter(([, each]) => each.asker === account && each.over === over);
  }

  #forget(id: string): void {
    const left = this.#asked.value.filter(({ step }) => step.interaction !== id);
    if (left.length < this.#asked.value.length) this.#asked.set(left);
  }
}
