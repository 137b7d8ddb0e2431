import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  mintId,
  remoteKey,
  type AccountSpec,
  type Ended,
  type Op,
  type OpBody,
  type Outcome,
  type RemoteKey,
  type Session,
} from '@natter/core';
import { assertOutcome } from './check-error.ts';
import { TestHost } from './host.ts';
import type { Ledger } from './ledger.ts';
import { Runner } from './runner.ts';
import type { AdapterSetup } from './setup.ts';
import { signIn } from './sign-in.ts';
import { Waiting } from './waiting.ts';

/** How a driver starts. */
export interface DriverOptions {
  /** What the store holds already: a ledger after a crash. */
  readonly from?: Ledger;
  /** Another device of the same account. */
  readonly deviceId?: string;
}

/**
 * A hub in miniature: signs in, keeps one session running, catches up as the declared mode wants, and carries operations
 * to their outcome. It does what the contract promises an adapter that the hub does, and looks closely meanwhile.
 */
export class Driver {
  readonly host: TestHost = new TestHost();
  readonly session: Session;
  readonly #setup: AdapterSetup;
  readonly #waiting: Waiting;
  readonly #runner: Runner;

  private constructor(setup: AdapterSetup, options: DriverOptions) {
    this.#setup = setup;
    this.#waiting = new Waiting(setup.patience ?? 8000);
    if (options.from !== undefined) Object.assign(this.host.ledger, options.from.copy());
    this.host.onChange(this.#waiting.notify);
    const { address, config } = setup.account;
    const account: AccountSpec = {
      id: mintId('account'),
      address,
      config,
      deviceId: options.deviceId ?? 'conformance',
    };
    this.session = setup.adapter.open(account, this.host);
    this.#runner = new Runner(setup.adapter, this.session, this.host, this.#waiting);
  }

  /** Signs in, opens a session and leaves it at rest. */
  static async create(setup: AdapterSetup, options: DriverOptions = {}): Promise<Driver> {
    const { step, secrets } = await signIn(setup);
    assert.equal(step.kind, 'done', `sign-in ended with ${JSON.stringify(step)}`);
    const config = step.kind === 'done' ? { ...setup.account.config, ...step.config } : setup.account.config;
    const driver = new Driver({ ...setup, account: { ...setup.account, config } }, options);
    for (const [name, secret] of secrets) driver.host.secrets.set(name, secret);
    return driver;
  }

  /** Signs in, runs, and is online and caught up when it resolves. */
  static async start(setup: AdapterSetup, options: DriverOptions = {}): Promise<Driver> {
    const driver = await Driver.create(setup, options);
    driver.run();
    await driver.ready();
    return driver;
  }

  /** How each run ended, oldest first. */
  get endings(): readonly Ended[] {
    return this.#runner.endings;
  }

  /** Whether the network keeps what was said for who was away. */
  get keeps(): boolean {
    return this.#setup.adapter.capabilities.catchUp !== 'none';
  }

  get ledger(): Ledger {
    return this.host.ledger;
  }

  /** The direct conversation with the peer, by its present key, once there is one. */
  get direct(): RemoteKey | { direct: RemoteKey } {
    const { key } = this.#setup.peer;
    for (const [conversation, { contact, kind }] of this.ledger.conversations) {
      if (contact === key && (kind ?? 'direct') === 'direct') return conversation;
    }
    const row = this.ledger.rows.find(
      ({ sender, conversation }) => sender.contact === key && this.#isDirect(conversation),
    );
    return row?.conversation ?? { direct: key };
  }

  /** Runs until it is stopped, anew whenever the network breaks. */
  run(): void {
    this.#runner.start();
  }

  /** One run, without catching up. */
  runOnce(signal: AbortSignal): Promise<Ended> {
    return this.#waiting.within('run() ends', this.#runner.once(signal));
  }

  /** Online and caught up. */
  async ready(): Promise<void> {
    await this.until(
      'the session is online and caught up',
      () => this.#runner.online && !this.host.catchingUp,
    );
  }

  /** Stops it, and checks that it is over; throws what was wrong in this session. */
  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** Carries an operation to its final outcome, as the declared resend mode wants. */
  async perform(body: OpBody, conversation: Op['conversation'] = this.direct): Promise<Outcome> {
    const op: Op = { id: mintId('operation'), conversation, attempt: 0, memo: null, body };
    return (await this.carry(op)).outcome;
  }

  /** Does what the network will judge: once more where its verdict went down with a connection. */
  async judged(body: OpBody, conversation: Op['conversation'] = this.direct): Promise<Outcome> {
    for (let attempt = 1; attempt < 50; attempt++) {
      const outcome = await this.perform(body, conversation);
      if (outcome.result !== 'unconfirmed') return outcome;
    }
    return assert.fail('no verdict ever came');
  }

  /** Like {@link perform}, for a case that must know the operation. */
  async carry(op: Op): Promise<{ op: Op; outcome: Outcome }> {
    for (let attempt = op.attempt + 1; attempt < 50; attempt++) {
      await this.ready();
      const outcome = await this.attempt({ ...op, attempt, memo: this.host.memos.get(op.id) ?? null });
      if (outcome.result === 'not-sent' && outcome.error.retriable) {
        // The run that broke has yet to end.
        await this.#waiting.next();
        continue;
      }
      if (outcome.result !== 'unknown') return { op, outcome };
      const settled = await this.#settle(op);
      if (settled !== null) return { op, outcome: settled };
    }
    return assert.fail('an operation never came to an end');
  }

  /** The first attempt to say something to the peer, for a case that makes it by itself. */
  firstAttempt(text: string): Op {
    return {
      id: mintId('operation'),
      conversation: this.direct,
      attempt: 1,
      memo: null,
      body: textBody(text),
    };
  }

  /** One attempt, whatever comes of it. */
  async attempt(op: Op, signal: AbortSignal = this.#runner.calls): Promise<Outcome> {
    const outcome = await this.within('perform() resolves', this.session.perform(op, signal));
    assertOutcome(outcome);
    return outcome;
  }

  /** Whether an operation landed; asked until it is known. */
  async verify(op: Op): Promise<Outcome> {
    for (;;) {
      await this.ready();
      const outcome = await this.within('verify() resolves', this.session.verify(op, this.#runner.calls));
      assertOutcome(outcome);
      if (outcome.result !== 'unknown') return outcome;
      // The run that broke has yet to end.
      await this.#waiting.next();
    }
  }

  /** Sends a text. */
  async say(text: string, conversation: Op['conversation'] = this.direct): Promise<Outcome> {
    return this.perform(textBody(text), conversation);
  }

  /** Waits until it is so, or fails with what was waited for. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return this.#waiting.until(what, condition);
  }

  /** Fails instead of waiting for ever. */
  within<T>(what: string, promise: Promise<T>): Promise<T> {
    return this.#waiting.within(what, promise);
  }

  /** Asks the session something; asks again when the connection broke meanwhile. */
  async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      await this.ready();
      const runs = this.endings.length;
      try {
        return await this.within('an answer', question(this.#runner.calls));
      } catch (caught) {
        await nextTurn();
        if (this.#runner.online && this.endings.length === runs) throw caught;
      }
    }
  }

  /**
   * Does something that the network tells only to who is there, until it is told: again after each broken connection,
   * where nothing is kept for who was away.
   */
  async witness(
    what: string,
    act: () => void | Promise<unknown>,
    condition: () => boolean | Promise<boolean>,
  ): Promise<void> {
    const deadline = performance.now() + this.#waiting.patience;
    for (;;) {
      await this.ready();
      const runs = this.endings.length;
      await act();
      while (this.endings.length === runs && performance.now() < deadline) {
        if (await condition()) return;
        await this.#waiting.next();
      }
      if (await condition()) return;
      assert.ok(performance.now() < deadline, `waited in vain: ${what}`);
    }
  }

  /** The peer says something, and the account gets it: said again where nobody keeps it for who was away. */
  async hear(text: string, send: () => Promise<unknown> = () => this.#setup.peer.send(text)): Promise<void> {
    const condition = (): boolean => this.ledger.withText(text).length > 0;
    if (!this.keeps) return this.witness(`"${text}" arrives`, send, condition);
    await send();
    await this.until(`"${text}" arrives`, condition);
  }

  async #settle(op: Op): Promise<Outcome | null> {
    const { resend } = this.#setup.adapter.capabilities;
    if (resend === 'idempotent') return null;
    if (resend === 'never') return { result: 'unconfirmed' };
    const outcome = await this.verify(op);
    return outcome.result === 'not-sent' ? null : outcome;
  }

  #isDirect(conversation: RemoteKey): boolean {
    return (this.ledger.conversations.get(conversation)?.kind ?? 'direct') === 'direct';
  }
}

/** The body of a plain send. */
export function textBody(text: string): Extract<OpBody, { type: 'send' }> {
  return { type: 'send', content: { kind: 'text', text }, replyTo: null, thread: null, mentions: [] };
}

/** A key that names nothing. */
export const nowhere: RemoteKey = remoteKey('no-such-thing');
