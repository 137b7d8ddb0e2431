import assert from 'node:assert/strict';
import {
  createClient,
  createHub,
  directLink,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  NatterError,
  slowJsonLink,
  type AccountId,
  type Adapter,
  type Answer,
  type Client,
  type ClientLink,
  type ConversationId,
  type Hub,
  type MessageView,
  type SecretStore,
  type Store,
} from '@natter/core';
import { Waiting } from '../conformance/waiting.ts';
import { delegate } from '../conformance/delegate.ts';
import type { AdapterSetup } from '../conformance/setup.ts';

/** How a client reaches its hub. */
export interface LinkForm {
  readonly name: string;
  /** A link to the hub, which the client owns from then on. */
  connect(hub: Hub): Promise<ClientLink>;
}

/** Every client test runs over both: what leans on shared objects or on the same tick shows over the second. */
export const linkForms: readonly LinkForm[] = [
  { name: 'direct', connect: async (hub) => directLink(hub.handlers) },
  { name: 'JSON with a slow reader', connect: (hub) => slowJsonLink(hub.handlers, { delay: 1 }) },
];

/** A whole profile in memory: a hub with one account on the network of the setup, and a client of it. */
export class TestProfile {
  readonly setup: AdapterSetup;
  readonly waiting: Waiting;
  /** Every message that the client's stream told, over all restarts. */
  readonly emitted: MessageView[] = [];
  readonly #form: LinkForm;
  readonly #beside: readonly Adapter[];
  readonly #store: Store;
  readonly #secrets: SecretStore = memorySecrets();
  #hub: Hub | null = null;
  #client: Client | null = null;
  #account: AccountId | null = null;
  #direct: ConversationId | null = null;

  private constructor(setup: AdapterSetup, form: LinkForm, beside: readonly Adapter[]) {
    this.#beside = beside;
    this.setup = setup;
    this.#form = form;
    this.waiting = new Waiting(setup.patience ?? 8000);
    // It outlives the hub, as a disk does.
    this.#store = { ...delegate(memoryStore()), close: async () => {} };
  }

  /** Signs in and is online when it resolves. `beside`: adapters for other accounts, which the case adds. */
  static async open(
    setup: AdapterSetup,
    form: LinkForm,
    beside: readonly Adapter[] = [],
  ): Promise<TestProfile> {
    const profile = new TestProfile(setup, form, beside);
    await profile.#start();
    await profile.#addAccount();
    await profile.online();
    await profile.#converse();
    return profile;
  }

  get client(): Client {
    return this.#client ?? assert.fail('the profile is closed');
  }

  get account(): AccountId {
    return this.#account ?? assert.fail('there is no account yet');
  }

  /** Waits until the account is online. */
  async online(): Promise<void> {
    await this.waiting.until('the account is online', async () => {
      const accounts = await this.client.call('account.list', {});
      return accounts.find(({ id }) => id === this.#account)?.state.phase === 'online';
    });
  }

  /** The direct conversation with the peer. */
  get direct(): ConversationId {
    return this.#direct ?? assert.fail('there is no conversation yet');
  }

  /** The stored rows of a conversation, in their shown order. */
  async rows(conversation: ConversationId): Promise<readonly MessageView[]> {
    return (await this.client.call('history.page', { conversation, limit: 1000, remote: false })).rows;
  }

  /** The one row with this text, once it is there. */
  async row(text: string, conversation?: ConversationId): Promise<MessageView> {
    const found = async (): Promise<readonly MessageView[]> => {
      const rows = await this.rows(conversation ?? this.direct);
      return rows.filter(({ content }) => content.text === text);
    };
    await this.waiting.until(`"${text}" is stored`, async () => (await found()).length > 0);
    const rows = await found();
    assert.equal(rows.length, 1, `"${text}" is stored ${rows.length} times`);
    return rows[0] ?? assert.fail();
  }

  /** Ends the hub and starts another on the same store. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
    await this.online();
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.#stop();
  }

  async #start(): Promise<void> {
    this.#hub = await createHub({
      store: this.#store,
      secrets: this.#secrets,
      blobs: memoryBlobs(),
      adapters: [this.setup.adapter, ...this.#beside],
      backoff: { base: 1, cap: 5 },
    });
    this.#client = createClient(await this.#form.connect(this.#hub));
    this.#client.messages$.subscribe((message) => this.emitted.push(message));
    await this.#hub.connect();
  }

  async #stop(): Promise<void> {
    this.#client?.close();
    await this.#hub?.close();
    [this.#client, this.#hub] = [null, null];
  }

  /** Looks the peer up, which needs the network; again when the connection breaks meanwhile. */
  async #converse(): Promise<void> {
    const { account } = this;
    await this.waiting.until('the peer is found', async () => {
      const start = this.client.call('conversation.start', { account, address: this.setup.peer.address });
      const found = await start.catch((caught: unknown) => {
        if (NatterError.isInstance(caught) && caught.data.retriable) return null;
        throw caught;
      });
      this.#direct = found?.id ?? null;
      return found !== null;
    });
  }

  async #addAccount(): Promise<void> {
    const { adapter, account } = this.setup;
    const { address, config } = account;
    let state = await this.client.call('account.add', { network: adapter.id, address, config });
    for (let count = 0; count < 20 && state.account === null; count++) {
      const { step, interaction } = state;
      assert.notEqual(step.kind, 'failed', `sign-in ended with ${JSON.stringify(step)}`);
      const answer: Answer =
        step.kind === 'show'
          ? { action: 'trust', values: {} }
          : { action: 'submit', values: account.answers };
      state = await this.client.call('interaction.answer', { interaction, answer });
    }
    this.#account = state.account ?? assert.fail('sign-in has no end');
  }
}
