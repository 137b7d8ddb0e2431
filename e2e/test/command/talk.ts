import type { Entry } from '@natter/testing/checker';
import { until } from './home.ts';
import type { Home, Line, Running } from './home.ts';
import type { Network } from './networks.ts';

/** What two homes say to each other over several networks, by nothing but commands, as a history to be judged. */
export class Talk {
  readonly #networks: readonly Network[];
  readonly #entries: Entry[] = [];
  readonly #watching = new Map<Home, { running: Running; before: readonly Line[] }>();
  #said = 0;

  constructor(networks: readonly Network[]) {
    this.#networks = networks;
    this.#entries.push(
      { type: 'conversation', conversation: 'native', order: 'total', history: true },
      { type: 'conversation', conversation: 'xmpp', order: 'archive', history: true },
    );
  }

  /** How many messages were said. */
  get said(): number {
    return this.#said;
  }

  /** Everything that a home's `watch` has printed, over all its runs. */
  seen(home: Home): readonly Line[] {
    const { before = [], running } = this.#watching.get(home) ?? {};
    return [...before, ...(running?.lines ?? [])];
  }

  /** Begins `watch`, or goes on behind the last line of the one before. */
  watch(home: Home): void {
    const before = this.seen(home);
    const cursor = before.at(-1)?.['cursor'];
    this.#watching.set(home, {
      before,
      running: home.start([
        'watch',
        '--type',
        'message',
        '--after',
        typeof cursor === 'string' ? cursor : 'start',
      ]),
    });
  }

  /** Ends `watch` as Ctrl-C does; its exit status. */
  async endWatch(home: Home): Promise<number | null | undefined> {
    return this.#watching.get(home)?.running.interrupt();
  }

  /** Sends one message on each network, one after the other. */
  async say(from: Home, to: Home): Promise<void> {
    const n = (this.#said += this.#networks.length);
    for (const { name } of this.#networks) {
      const message = `${from.name} ${name} ${n}`;
      this.#entries.push({ type: 'invoke', message, conversation: name, sender: from.name, n });
      const [sent] = await from.natter(['send', to.name, message, '--account', name]);
      this.#entries.push({ type: sent?.['delivery'] === 'sent' ? 'ok' : 'info', message });
    }
  }

  /** Waits until a home's `watch` has printed every message. */
  async shown(home: Home): Promise<void> {
    await until(`${home.name} is shown all ${this.#said}`, () => this.seen(home).length >= this.#said);
  }

  /** The whole history, with what each home shows and has stored in the end. */
  async history(homes: readonly [Home, Home]): Promise<readonly Entry[]> {
    const [one, two] = homes;
    return [...this.#entries, ...(await this.#finalState(one, two)), ...(await this.#finalState(two, one))];
  }

  async #finalState(home: Home, other: Home): Promise<readonly Entry[]> {
    const device = home.name;
    const rows = await home.natter(['history', other.name, '--all']);
    const conversations = this.#networks.map(({ name }) => name);
    const stored = conversations.map((conversation) => ({
      type: 'stored' as const,
      device,
      conversation,
      rows: rows
        .filter(({ network }) => network === conversation)
        .map((line) => ({ message: textOf(line), sender: String(line['from']).replace(/@.*/, '') })),
    }));
    const outcomes = rows
      .filter(({ direction }) => direction === 'out')
      .map((line) => ({
        type: 'outcome' as const,
        device,
        message: textOf(line),
        delivery: line['delivery'] as 'sent',
      }));
    const emitted = this.seen(home).map((line) => ({
      type: 'emitted' as const,
      device,
      conversation: String(line['network']),
      message: textOf(line),
    }));
    return [{ type: 'device', device, account: device, conversations }, ...stored, ...outcomes, ...emitted];
  }
}

const textOf = (line: Line): string => String(line['text']);
