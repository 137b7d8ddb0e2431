import { createHub } from '@natter/core';
import type {
  AccountId,
  Adapter,
  BlobId,
  BlobStore,
  Content,
  ConversationId,
  Hub,
  MessageView,
  SecretStore,
  Store,
} from '@natter/core';
import type { Entry } from '@natter/testing/checker';

/** Who takes part, and how to reach whom. */
export interface PartyOptions {
  readonly name: string;
  readonly peer: string;
  readonly network: string;
  readonly address: string;
  readonly peerAddress: string;
  readonly password: string;
  readonly config: Record<string, string | boolean>;
  /** How many messages each side sends. */
  readonly messages: number;
  /** Whether each side gives the other a file after them. */
  readonly file?: boolean;
}

const noSignal = new AbortController().signal;

/**
 * One side of a conversation: signs in if it has not yet, sends its numbered messages, and waits until those of the
 * other side have come. Begun again after a crash it goes on where it was: the idempotency keys are the messages' names.
 */
export class Party {
  readonly hub: Hub;
  readonly #options: PartyOptions;
  readonly #blobs: BlobStore;
  readonly #log: (entry: Entry) => void;

  private constructor(hub: Hub, blobs: BlobStore, options: PartyOptions, log: (entry: Entry) => void) {
    this.hub = hub;
    this.#blobs = blobs;
    this.#options = options;
    this.#log = log;
  }

  static async open(
    options: PartyOptions,
    ports: { store: Store; secrets: SecretStore; blobs: BlobStore; adapter: Adapter },
    log: (entry: Entry) => void,
  ): Promise<Party> {
    const { adapter, ...rest } = ports;
    const hub = await createHub({ ...rest, adapters: [adapter], backoff: { base: 20, cap: 200 } });
    await hub.connect();
    const party = new Party(hub, ports.blobs, options, log);
    await party.#signIn();
    return party;
  }

  async run(): Promise<void> {
    const conversation = await this.#conversation();
    const { methods } = this.hub.handlers;
    const { name, peer, messages, file = false } = this.#options;
    for (let n = 1; n <= messages; n += 1) {
      const message = `${name}-${n}`;
      this.#log({ type: 'invoke', message, conversation: 'talk', sender: this.#options.name, n });
      const content: Content =
        file && n === messages ? await this.#fileNamed(message) : { kind: 'text', text: message };
      const draft = { content };
      const sent = await methods['message.send']({ key: message, to: { conversation }, draft }, noSignal);
      await until(async () => {
        const { delivery } = await methods['message.get']({ message: sent.message }, noSignal);
        if (delivery === 'sent' || delivery === 'delivered' || delivery === 'read') return true;
        if (delivery === 'failed' || delivery === 'unconfirmed')
          throw new Error(`${message} ended as ${delivery}`);
        return false;
      });
      this.#log({ type: 'ok', message });
    }
    const wanted = Array.from({ length: messages }, (_, index) => `${peer}-${index + 1}`);
    await until(async () => {
      const texts = new Set((await this.#rows(conversation)).map(({ content }) => content.text));
      return wanted.every((text) => texts.has(text));
    });
    if (file) await this.#takeFile(conversation, `${peer}-${messages}`);
  }

  async #fileNamed(name: string): Promise<Content> {
    const blob = `blob-${name}` as BlobId; // the same in a second life: it asks for the same again
    const bytes = bytesOf(name);
    const writer = (await this.#blobs.write(blob, 0)).getWriter();
    await writer.write(bytes);
    await writer.close();
    const unknown = { width: null, height: null, duration: null, hash: null, remote: null, thumbnail: null };
    const type = { kind: 'file', mediaType: 'application/octet-stream' } as const;
    const attachment = { ...unknown, ...type, name, size: bytes.length, blob };
    return { kind: 'attachment', text: name, attachments: [attachment] };
  }

  /** Fetches the file of the other side; it must be what they gave. */
  async #takeFile(conversation: ConversationId, name: string): Promise<void> {
    const message = (await this.#rows(conversation)).find(({ content }) => content.text === name);
    if (message === undefined) throw new Error(`${name} is not there`);
    const fetch = this.hub.handlers.methods['attachment.fetch'];
    await until(async () => {
      const { blob, state } = await fetch({ message: message.id, index: 0 }, noSignal);
      if (state !== 'done') return false;
      const got = new Uint8Array(await new Response(await this.#blobs.read(blob, 0)).arrayBuffer());
      if (Buffer.compare(got, bytesOf(name)) !== 0) throw new Error(`${name} is not what was given`);
      return true;
    });
  }

  /** Logs what this side shows in the end. */
  async finish(): Promise<void> {
    const { name, peer } = this.#options;
    const rows = await this.#rows(await this.#conversation());
    this.#log({ type: 'device', device: name, account: name, conversations: ['talk'] });
    this.#log({
      type: 'stored',
      device: name,
      conversation: 'talk',
      rows: rows.map(({ content, sender }) => ({ message: content.text, sender: sender.self ? name : peer })),
    });
    for (const { content, delivery, direction } of rows) {
      if (direction === 'out' && delivery !== null)
        this.#log({ type: 'outcome', device: name, message: content.text, delivery });
    }
    await this.hub.close();
  }

  async #signIn(): Promise<void> {
    const { network, address, config, password } = this.#options;
    const { methods } = this.hub.handlers;
    if ((await methods['account.list']({}, noSignal)).length === 0) {
      let step = await methods['account.add']({ network, address, config }, noSignal);
      while (step.step.kind === 'fields') {
        step = await methods['interaction.answer'](
          { interaction: step.interaction, answer: { action: 'submit', values: { password } } },
          noSignal,
        );
      }
      if (step.step.kind !== 'done') throw new Error(`not signed in: ${JSON.stringify(step.step)}`);
    }
    await until(async () => (await methods['account.list']({}, noSignal))[0]?.state.phase === 'online');
  }

  async #conversation(): Promise<ConversationId> {
    const { methods } = this.hub.handlers;
    const account = (await methods['account.list']({}, noSignal))[0]?.id as AccountId;
    return (await methods['conversation.start']({ account, address: this.#options.peerAddress }, noSignal))
      .id;
  }

  async #rows(conversation: ConversationId): Promise<readonly MessageView[]> {
    return (
      await this.hub.handlers.methods['history.page']({ conversation, limit: 1000, remote: false }, noSignal)
    ).rows;
  }
}

function bytesOf(name: string): Uint8Array {
  return new TextEncoder().encode(`${name} `.repeat(5000));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass within 25 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
