import type { AccountSpec, Adapter, Ended, Session } from '../../contract/index.ts';
import type { AccountId, AccountRecord, ConnectionState, ErrorData, Operation } from '../../model/index.ts';
import { errorData, toErrorData } from '../../model/index.ts';
import { backoffDelay } from '../backoff.ts';
import type { TransferTable } from '../client/transfers.ts';
import type { Environment } from '../environment.ts';
import { Dispatcher } from '../outbox/dispatcher.ts';
import { withPatience } from '../patience.ts';
import { sleep } from '../sleep.ts';
import { catchUp, fillGaps } from './catch-up.ts';
import type { CatchUp } from './catch-up.ts';
import { forgetSweeps } from '../ingest/sweep-marks.ts';
import { endedOf } from './ended.ts';
import { Hints } from './hints.ts';
import type { InteractionTable } from './interactions.ts';
import { HostOfSession } from './session-host.ts';

/** A connection that lasted this long (milliseconds) was a good one: the next fault starts counting from 1 again. */
const goodConnection = 30_000;

/** Keeps one enabled account connected: run, wait, run again, as its state says; and drives what follows on being online. */
export class AccountRunner {
  readonly session: Session;
  readonly #environment: Environment;
  readonly #account: AccountId;
  readonly #adapter: Adapter;
  readonly #cameOnline: () => void;
  readonly #host: HostOfSession;
  readonly #hints: Hints;
  readonly #dispatcher: Dispatcher;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #attempt = 0;
  #wake = new AbortController();
  #run: AbortController | null = null;
  #afterOnline: Promise<void> = Promise.resolve();
  #onlineSince: number | null = null;
  /** Why the hub ended the run, if it did. */
  #fault: ErrorData | null = null;

  constructor(
    environment: Environment,
    adapter: Adapter,
    account: AccountId,
    transfers: TransferTable,
    interactions: InteractionTable,
    cameOnline: () => void,
  ) {
    this.#environment = environment;
    this.#account = account;
    this.#adapter = adapter;
    this.#cameOnline = cameOnline;
    this.#hints = new Hints(environment, transfers, account);
    this.#host = new HostOfSession(environment, account, this.#hints, {
      phase: (phase, progress) => this.#phase(phase, progress),
      ask: (about, interaction) => interactions.ask(account, about, interaction, this.#stop.signal),
      failed: (error) => this.#fail(error),
    });
    const record = environment.profile.accounts.get(account);
    if (!record) throw new Error('an account is stored before it is run');
    this.session = adapter.open(specOf(record), this.#host);
    this.#dispatcher = new Dispatcher(environment, account, this.session);
    this.#done = this.#loop();
  }

  /** Whether `perform`, `history` and the like may be called. */
  get online(): boolean {
    return this.#onlineSince !== null;
  }

  /** Aborts when the present run ends; `null` between runs. */
  get signal(): AbortSignal | null {
    return this.#run?.signal ?? null;
  }

  /** Commits a page that a front end asked for. */
  commitPage(...page: Parameters<HostOfSession['commitFor']>): Promise<void> {
    return this.#host.commitFor(...page);
  }

  /** Ends the waiting, for time or for the user. */
  reconnect(): void {
    this.#attempt = 0;
    this.#wake.abort();
  }

  /** An operation of this account was put into the outbox or changed. */
  note(operation: Operation): void {
    this.#dispatcher.note(operation);
  }

  /** Ends the run and the account's loop; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#run?.abort();
    this.#wake.abort();
    await this.#done;
  }

  async #loop(): Promise<void> {
    // A runner is made while its collections are being written; it shows its first state after that.
    await Promise.resolve();
    while (!this.#stop.signal.aborted) {
      const began = this.#environment.now();
      const ended = await this.#once();
      if (this.#stop.signal.aborted) break;
      await this.#rest(ended, began);
    }
    this.#show({ phase: 'offline' });
  }

  /** One run, from the first socket until nothing of it is left. */
  async #once(): Promise<Ended> {
    const { profile, patience } = this.#environment;
    const run = new AbortController();
    this.#run = run;
    this.#wake = new AbortController();
    this.#reset();
    this.#fault = null;
    this.#host.begin();
    if (this.#capabilities().catchUp !== 'none') profile.catchingUp.add(this.#account);
    let ended: Ended;
    try {
      const asked = withPatience(() => this.session.run(this.#resume(), run.signal), run.signal, patience);
      ended = endedOf(await asked);
    } catch (error) {
      ended = { why: 'network', error: toErrorData(error, { scope: 'account', retriable: true }) };
      this.#environment.log('error', 'run-rejected', { account: this.#account, reason: ended.error.message });
    }
    if (this.#fault !== null) ended = { why: 'network', error: this.#fault };
    this.#onlineSince = null;
    run.abort();
    await this.#afterOnline;
    await this.#dispatcher.idle();
    this.#host.end();
    this.#run = null;
    this.#hints.clear();
    forgetSweeps(profile, this.#account);
    return ended;
  }

  /** Ends the run: what it tells from here on would leave a hole behind. The next one begins at the stored cursors. */
  #fail(error: ErrorData): void {
    if (this.#run === null || this.#fault !== null) return;
    this.#fault = error;
    this.#environment.log('warn', 'batch-not-stored', { account: this.#account, reason: error.message });
    this.#run.abort();
  }

  #resume(): Parameters<Session['run']>[0] {
    const { profile } = this.#environment;
    return {
      cursors: Object.fromEntries(profile.cursors.entries(this.#account)),
      openGaps: [...profile.gaps.entries(this.#account)].map(([, { gap }]) => gap),
      presence: profile.accounts.get(this.#account)?.presence ?? { availability: 'available', text: null },
    };
  }

  /** Waits as the end of the run demands; only network faults end the waiting by themselves. */
  async #rest(ended: Ended, began: number): Promise<void> {
    if (ended.why === 'stopped' || ended.why === 'network') {
      const { backoff, now } = this.#environment;
      const error = ended.why === 'network' ? ended.error : closedByAdapter;
      this.#attempt = now() - began > goodConnection ? 1 : this.#attempt + 1;
      const delay = backoffDelay(
        backoff,
        this.#attempt,
        ended.why === 'network' ? (ended.retryAfter ?? error.retryAfter ?? 0) : 0,
      );
      this.#show({ phase: 'waiting', retryAt: now() + delay, attempt: this.#attempt, error });
      await sleep(delay, this.#wake.signal);
      return;
    }
    this.#attempt = 0;
    this.#show({ phase: ended.why, error: ended.error });
    await aborted(this.#wake.signal);
  }

  #phase(phase: 'connecting' | 'authenticating' | 'syncing' | 'online', progress?: number): void {
    if (phase !== 'online') {
      this.#show(
        phase === 'syncing' ? { phase, ...(progress === undefined ? {} : { progress }) } : { phase },
      );
      return;
    }
    if (this.#onlineSince !== null || this.#run === null) return;
    this.#onlineSince = this.#environment.now();
    this.#afterOnline = this.#goOnline(this.#run.signal).catch((error: unknown) => {
      this.#environment.log('error', 'online-work-failed', {
        account: this.#account,
        reason: toErrorData(error).message,
      });
    });
  }

  /** Catch-up first, so that an echo in it answers what is in doubt; then the outbox; holes in the background. */
  async #goOnline(signal: AbortSignal): Promise<void> {
    const run: CatchUp = {
      environment: this.#environment,
      account: this.#account,
      session: this.session,
      host: this.#host,
      signal,
    };
    const { catchUp: mode } = this.#capabilities();
    if (mode !== 'none') this.#show({ phase: 'syncing' });
    let caughtUp = await this.#caughtUp(run, mode);
    if (signal.aborted) return;
    this.#show({ phase: 'online', since: this.#onlineSince ?? this.#environment.now() });
    this.#cameOnline();
    this.#dispatcher.open(signal);
    // What is said meanwhile is shown, but it stays provisional and its cursors wait until this succeeds.
    for (let attempt = 1; !caughtUp; attempt += 1) {
      await sleep(backoffDelay(this.#environment.backoff, attempt), signal);
      if (signal.aborted) return;
      caughtUp = await this.#caughtUp(run, mode);
    }
    await fillGaps(run);
  }

  /** Whether what was missed is all here now. */
  async #caughtUp(run: CatchUp, mode: Adapter['capabilities']['catchUp']): Promise<boolean> {
    try {
      await catchUp(run, mode);
      return true;
    } catch (error) {
      if (!run.signal.aborted)
        this.#environment.log('warn', 'catch-up-failed', {
          account: this.#account,
          reason: toErrorData(error).message,
        });
      return false;
    }
  }

  #capabilities(): Adapter['capabilities'] {
    return this.#environment.profile.statuses.get(this.#account)?.capabilities ?? this.#adapter.capabilities;
  }

  /** What was negotiated in the run before does not hold for the next. */
  #reset(): void {
    this.#environment.profile.statuses.set(this.#account, {
      state: { phase: 'connecting' },
      roster: 'loading',
      attention: [],
      announcements: [],
      capabilities: this.#adapter.capabilities,
    });
  }

  #show(state: ConnectionState): void {
    const { statuses } = this.#environment.profile;
    const now = statuses.get(this.#account);
    if (now) statuses.set(this.#account, { ...now, state });
  }
}

/** What a session is opened with. */
export function specOf({ id, address, config, deviceId }: AccountRecord): AccountSpec {
  return { id, address, config, deviceId };
}

const closedByAdapter: ErrorData = errorData('network', 'the connection was closed', {
  scope: 'account',
  retriable: true,
});

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
