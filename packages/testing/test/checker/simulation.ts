import type { Entry, Row } from '../../src/checker/index.ts';

/** What may be wrong with the simulated messenger; null is the correct one. */
export type Mutation =
  | 'server acknowledges before it commits'
  | 'server has no unique index on the message id'
  | 'server takes the sender from the payload'
  | 'server delivers what it refused'
  | 'device stores without looking for the row'
  | 'stream emits every delivery'
  | 'cursor moves on a live message before catch-up'
  | 'device shows rows in the order of arrival'
  | 'device never catches up'
  | 'device files a message under the open conversation'
  | 'outbox resends newest first'
  | 'outbox swallows a refusal'
  | 'outbox forgets what timed out'
  | 'outbox shows an acknowledged message as failed'
  | 'echo without its id becomes a new row'
  | 'a broken account closes every connection'
  | 'a timer is leaked with every reconnect';

/** One thing that happens. Accounts, conversations and devices are indexes, taken modulo their number. */
export type Step =
  | {
      do: 'send';
      account: number;
      conversation: number;
      server: 'commits' | 'crashes' | 'loses the answer' | 'refuses';
    }
  | { do: 'disconnect'; device: number }
  | { do: 'connect'; device: number }
  | { do: 'redeliver'; device: number; conversation: number }
  | { do: 'break'; account: number };

const accounts = ['ada', 'bob'];
const conversations = ['lunch', 'work'];

interface Device {
  name: string;
  account: string;
  online: boolean;
  connects: number;
  cursor: Map<string, number>;
  rows: Map<string, { message: string; sender: string; seq: number }[]>;
}

interface Pending {
  message: string;
  conversation: string;
  refused: boolean;
}

/** A small messenger, correct or with one fault, that logs its own history. */
export class Simulation {
  readonly log: Entry[] = [];
  readonly #mutation: Mutation | null;
  readonly #server = new Map<string, Row[]>(conversations.map((name) => [name, []]));
  readonly #devices: Device[];
  readonly #outboxes = new Map<string, Pending[]>(accounts.map((name) => [name, []]));
  readonly #outcomes = new Map<string, 'queued' | 'sent' | 'failed'>();
  readonly #numbers = new Map<string, number>();

  constructor(mutation: Mutation | null) {
    this.#mutation = mutation;
    this.#devices = ['ada:phone', 'ada:desk', 'bob:phone'].map((name) => ({
      name,
      account: name.split(':')[0] ?? '',
      online: true,
      connects: 0,
      cursor: new Map(),
      rows: new Map(conversations.map((conversation) => [conversation, []])),
    }));
  }

  run(steps: readonly Step[]): Entry[] {
    for (const { name: device, account } of this.#devices)
      this.log.push({ type: 'device', device, account, conversations });
    for (const step of steps) this.#step(step);
    this.#heal();
    return this.log;
  }

  #has(mutation: Mutation): boolean {
    return this.#mutation === mutation;
  }

  #step(step: Step): void {
    if (step.do === 'send')
      this.#send(at(accounts, step.account), at(conversations, step.conversation), step.server);
    else if (step.do === 'break') this.#break(at(accounts, step.account));
    else if (step.do === 'connect') this.#connect(at(this.#devices, step.device));
    else if (step.do === 'disconnect') at(this.#devices, step.device).online = false;
    else {
      const device = at(this.#devices, step.device);
      const conversation = at(conversations, step.conversation);
      if (device.online) this.#deliver(device, conversation, 0);
    }
  }

  #send(
    account: string,
    conversation: string,
    server: 'commits' | 'crashes' | 'loses the answer' | 'refuses',
  ): void {
    const key = `${account}/${conversation}`;
    const n = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, n);
    const message = `${key}/${n}`;
    this.log.push({ type: 'invoke', message, conversation, sender: account, n });
    this.#outcomes.set(message, 'queued');
    this.#outboxes.get(account)?.push({ message, conversation, refused: server === 'refuses' });
    if (!this.#devices.some((device) => device.account === account && device.online)) return;
    if (server === 'crashes') this.#crash(account, message);
    else if (server === 'loses the answer') this.#loseAnswer(account, message);
    else this.#flush(account);
  }

  #crash(account: string, message: string): void {
    if (this.#has('server acknowledges before it commits')) this.#acknowledge(account, message);
  }

  #loseAnswer(account: string, message: string): void {
    for (const pending of this.#outboxes.get(account) ?? []) this.#accept(account, pending);
    if (!this.#has('outbox forgets what timed out')) return;
    this.#forget(account, message);
    this.#outcomes.delete(message);
  }

  #flush(account: string): void {
    const outbox = [...(this.#outboxes.get(account) ?? [])];
    if (this.#has('outbox resends newest first')) outbox.reverse();
    for (const pending of outbox) {
      if (this.#accept(account, pending)) this.#acknowledge(account, pending.message);
      else this.#refuse(account, pending.message);
    }
  }

  #accept(account: string, pending: Pending): boolean {
    if (pending.refused && !this.#has('server delivers what it refused')) return false;
    const rows = this.#server.get(pending.conversation) ?? [];
    const known = rows.some((row) => row.message === pending.message);
    if (!known || this.#has('server has no unique index on the message id')) {
      const sender =
        this.#has('server takes the sender from the payload') && account === 'bob' ? 'ada' : account;
      rows.push({ message: pending.message, sender });
      for (const device of this.#devices)
        if (device.online) this.#receive(device, pending.conversation, rows.length - 1);
    }
    return !pending.refused;
  }

  #acknowledge(account: string, message: string): void {
    this.log.push({ type: 'ok', message });
    this.#outcomes.set(
      message,
      this.#has('outbox shows an acknowledged message as failed') ? 'failed' : 'sent',
    );
    this.#forget(account, message);
  }

  #refuse(account: string, message: string): void {
    this.log.push({ type: 'fail', message });
    if (this.#has('outbox swallows a refusal')) this.#outcomes.delete(message);
    else this.#outcomes.set(message, 'failed');
    this.#forget(account, message);
  }

  #forget(account: string, message: string): void {
    this.#outboxes.set(
      account,
      (this.#outboxes.get(account) ?? []).filter((pending) => pending.message !== message),
    );
  }

  #connect(device: Device): void {
    if (device.online) return;
    device.online = true;
    device.connects++;
    const early = this.#has('cursor moves on a live message before catch-up');
    const arrival = this.#has('device shows rows in the order of arrival');
    for (const conversation of conversations) {
      const last = (this.#server.get(conversation)?.length ?? 0) - 1;
      // A live message overtakes the catch-up.
      if ((early || arrival) && last >= 0) this.#receive(device, conversation, last);
      if (early) device.cursor.set(conversation, last + 1);
      if (!this.#has('device never catches up'))
        this.#deliver(device, conversation, device.cursor.get(conversation) ?? 0);
    }
    this.#flush(device.account);
  }

  #deliver(device: Device, conversation: string, from: number): void {
    const rows = this.#server.get(conversation) ?? [];
    for (let seq = from; seq < rows.length; seq++) this.#receive(device, conversation, seq);
    device.cursor.set(conversation, Math.max(rows.length, device.cursor.get(conversation) ?? 0));
  }

  #receive(device: Device, conversation: string, seq: number): void {
    const row = this.#server.get(conversation)?.[seq];
    if (row === undefined) return;
    const filed = this.#has('device files a message under the open conversation') ? 'lunch' : conversation;
    const rows = device.rows.get(filed) ?? [];
    const known = rows.some((other) => other.message === row.message);
    if (device.cursor.get(conversation) === seq) device.cursor.set(conversation, seq + 1);
    if (this.#has('echo without its id becomes a new row') && device.account === row.sender && !known) {
      rows.push({ ...row, message: `${row.message} (copy)`, seq });
    }
    if (!known || this.#has('device stores without looking for the row')) rows.push({ ...row, seq });
    if (!known || this.#has('stream emits every delivery')) {
      this.log.push({ type: 'emitted', device: device.name, conversation, message: row.message });
    }
    if (!this.#has('device shows rows in the order of arrival')) rows.sort((a, b) => a.seq - b.seq);
  }

  #break(account: string): void {
    this.log.push({ type: 'fault', account, active: true });
    for (const other of accounts) {
      if (other !== account && !this.#has('a broken account closes every connection')) continue;
      this.log.push({ type: 'incident', account: other, what: 'connection lost' });
    }
    this.log.push({ type: 'fault', account, active: false });
  }

  #heal(): void {
    for (const device of this.#devices) this.#connect(device);
    for (const account of accounts) this.#flush(account);
    for (const [conversation, rows] of this.#server) this.log.push({ type: 'server', conversation, rows });
    for (const device of this.#devices) {
      const timers = this.#has('a timer is leaked with every reconnect') ? device.connects : 0;
      this.log.push({ type: 'resource', owner: device.name, name: 'timers', value: timers, bound: 0 });
      for (const [conversation, rows] of device.rows) {
        const plain = rows.map(({ message, sender }) => ({ message, sender }));
        this.log.push({ type: 'stored', device: device.name, conversation, rows: plain });
      }
    }
    for (const [message, delivery] of this.#outcomes) {
      this.log.push({ type: 'outcome', device: `${message.split('/')[0]}:phone`, message, delivery });
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('empty list');
  return item;
}
