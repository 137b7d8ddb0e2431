import assert from 'node:assert/strict';
import { isFinal, type Operation } from '@natter/core';
import { checkHistory, formatVerdict, type Entry, type Row, type Verdict } from '../checker/index.ts';
import type { TestProfile } from './test-profile.ts';

const conversation = 'direct';

/**
 * What the account and the peer say to each other, written down for the history checker. Every text is its own name,
 * `sender/number`, so that nothing but the text itself is trusted.
 */
export class Chronicle {
  readonly #entries: Entry[] = [];
  readonly #devices: ReadonlyMap<string, TestProfile>;
  readonly #counts: Map<string, number> = new Map();
  readonly #pending: Promise<unknown>[] = [];
  /** Which device sent what. */
  readonly #sentFrom: Map<string, TestProfile> = new Map();

  /** By the names of the devices; all are of the same account. */
  constructor(devices: Readonly<Record<string, TestProfile>>) {
    this.#devices = new Map(Object.entries(devices));
    const [{ order, catchUp }] = [
      [...this.#devices.values()][0]?.setup.adapter.capabilities ?? assert.fail('no device'),
    ];
    this.#entries.push({ type: 'conversation', conversation, order, history: catchUp !== 'none' });
    for (const device of this.#devices.keys()) {
      this.#entries.push({ type: 'device', device, account: 'account', conversations: [conversation] });
    }
  }

  /** The account says something; resolves when that is durable. */
  async say(device: TestProfile): Promise<void> {
    const message = this.#invoke('account');
    this.#sentFrom.set(message, device);
    const to = { conversation: device.direct };
    const sent = await device.client.send({
      to,
      key: message,
      draft: { content: { kind: 'text', text: message } },
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    let last: Operation | undefined;
    sent.state$.subscribe({ next: (state) => (last = state), complete: resolve });
    this.#pending.push(promise.then(() => this.#complete(message, last)));
  }

  /** Writes down something else for the checker. */
  note(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Waits until everything that was said has its outcome. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** The peer says something; resolves when the network has it. */
  async hear(): Promise<void> {
    const [device] = this.#devices.values();
    const message = this.#invoke('peer');
    await device?.setup.peer.send(message);
    this.#entries.push({ type: 'ok', message });
  }

  /** Waits until everything has healed, and fails with what has not. */
  async heal(): Promise<Verdict> {
    const [first] = this.#devices.values();
    let verdict: Verdict | null = null;
    const healed = async (): Promise<boolean> => {
      verdict = checkHistory([...this.#entries, ...(await this.#observe())]);
      return verdict.violations.length === 0 && !(await this.#busy());
    };
    await first?.waiting.until('the histories heal', healed).catch((caught: unknown) => {
      throw verdict === null ? caught : new Error(formatVerdict(verdict), { cause: caught });
    });
    await this.settled();
    verdict = checkHistory([...this.#entries, ...(await this.#observe())]);
    assert.equal(verdict.violations.length, 0, formatVerdict(verdict));
    return verdict;
  }

  #invoke(sender: 'account' | 'peer'): string {
    const n = (this.#counts.get(sender) ?? 0) + 1;
    this.#counts.set(sender, n);
    const message = `${sender}/${n}`;
    this.#entries.push({ type: 'invoke', message, conversation, sender, n });
    return message;
  }

  #complete(message: string, last: Operation | undefined): void {
    if (last?.state === 'accepted') this.#entries.push({ type: 'ok', message });
    if (last?.state === 'refused') this.#entries.push({ type: 'fail', message });
  }

  async #busy(): Promise<boolean> {
    for (const device of this.#devices.values()) {
      const operations = await device.client.call('operation.list', { final: false });
      if (operations.some(({ state }) => !isFinal(state))) return true;
    }
    return false;
  }

  async #observe(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const [name, device] of this.#devices) {
      const rows: Row[] = [];
      for (const { content, direction, sender, delivery } of await device.rows(device.direct)) {
        const message = content.text;
        const peer = sender.key === device.setup.peer.key ? 'peer' : sender.key;
        rows.push({ message, sender: direction === 'out' ? 'account' : peer });
        if (this.#sentFrom.get(message) === device && delivery !== null) {
          entries.push({ type: 'outcome', device: name, message, delivery });
        }
      }
      entries.push({ type: 'stored', device: name, conversation, rows });
      for (const { content } of device.emitted) {
        entries.push({ type: 'emitted', device: name, conversation, message: content.text });
      }
    }
    return entries;
  }
}
