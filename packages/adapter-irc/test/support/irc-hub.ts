import {
  createHub,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  type AccountId,
  type BlobStore,
  type ConversationId,
  type Hub,
  type JsonObject,
  type MessageView,
  type SecretStore,
} from '@natter/core';
import { expect } from 'vitest';
import { createIrcAdapter } from '../../src/index.ts';
import type { WireLimits } from '../../src/wire/limits.ts';
import { FAST } from './password-setup.ts';

const { signal } = new AbortController();
const patient = { timeout: 15_000 };

/** How to sign in. */
export interface SignIn {
  readonly nick?: string;
  readonly password?: string;
  /** Makes the account first. */
  readonly register?: boolean;
  readonly limits?: Partial<WireLimits>;
}

/** The account `me` on a server of this machine, in a hub of its own. */
export class IrcHub {
  readonly hub: Hub;
  account!: AccountId;

  readonly #secrets: SecretStore;
  readonly blobs: BlobStore;

  private constructor(hub: Hub, secrets: SecretStore, blobs: BlobStore) {
    this.blobs = blobs;
    this.hub = hub;
    this.#secrets = secrets;
  }

  /** Signs in with these settings; with a password by SASL, else by the nick alone. */
  static async start(port: number, config: JsonObject = {}, sign: SignIn = {}): Promise<IrcHub> {
    const { nick = 'me', password, register = false, limits = {} } = sign;
    const secrets = memorySecrets();
    const blobs = memoryBlobs();
    const hub = await createHub({
      store: memoryStore(),
      secrets,
      blobs,
      adapters: [createIrcAdapter({ limits })],
      backoff: { base: 20, cap: 50 },
    });
    await hub.connect();
    const irc = new IrcHub(hub, secrets, blobs);
    const { methods } = hub.handlers;
    const step = await methods['account.add'](
      {
        network: 'irc',
        address: `${nick}@127.0.0.1:${port}`,
        config: { ...(password === undefined ? { signIn: 'none' } : {}), ...FAST, ...config },
        register,
      },
      signal,
    );
    const answer = { action: 'submit', values: { password: password ?? '' } };
    const last =
      step.step.kind === 'fields'
        ? await methods['interaction.answer']({ interaction: step.interaction, answer }, signal)
        : step;
    if (last.account === null) {
      await hub.close();
      throw new Error(last.step.kind === 'failed' ? last.step.error.message : `asked for ${last.step.kind}`);
    }
    irc.account = last.account;
    await irc.phase('online');
    return irc;
  }

  phase(wanted: string): Promise<void> {
    return expect.poll(() => this.hub.profile.statuses.get(this.account)?.state.phase, patient).toBe(wanted);
  }

  async enable(enabled: boolean): Promise<void> {
    await this.hub.handlers.methods['account.enable']({ account: this.account, enabled }, signal);
    await this.phase(enabled ? 'online' : 'offline');
  }

  conversation(key: string): ConversationId | undefined {
    return [...this.hub.profile.conversations.entries()].find(([, row]) => row.key === key)?.[0];
  }

  /** What a conversation holds, without asking the network. */
  async rows(key: string, limit = 1000): Promise<readonly MessageView[]> {
    const conversation = this.conversation(key);
    if (conversation === undefined) return [];
    const page = { conversation, limit, remote: false };
    return (await this.hub.handlers.methods['history.page'](page, signal)).rows;
  }

  async texts(key: string): Promise<readonly string[]> {
    return (await this.rows(key)).map(({ content }) => content.text);
  }

  /** What somebody gets who scrolls back. */
  async scrolled(key: string, limit: number): Promise<readonly string[]> {
    const { rows } = await this.hub.handlers.methods['history.page'](
      { conversation: this.conversation(key)!, limit },
      signal,
    );
    return rows.map(({ content }) => content.text);
  }

  /** Says something to a nick or in a channel; resolves when it is in the outbox. */
  async send(address: string, text: string): Promise<void> {
    const { methods } = this.hub.handlers;
    const conversation =
      this.conversation(address) ??
      (await methods['conversation.start']({ account: this.account, address }, signal)).id;
    const draft = { content: { kind: 'text', text } } as const;
    await methods['message.send']({ key: `${address} ${text}`, to: { conversation }, draft }, signal);
  }

  /** The newest row of a conversation. */
  async last(key: string): Promise<MessageView | undefined> {
    return (await this.rows(key, 1)).at(-1);
  }

  /** What is kept of the account behind lock and key. */
  secret(name: string): Promise<string | null> {
    return this.#secrets.get(this.account, name);
  }

  get gaps(): number {
    return [...this.hub.profile.gaps.entries(this.account)].length;
  }

  close(): Promise<void> {
    return this.hub.close();
  }
}
