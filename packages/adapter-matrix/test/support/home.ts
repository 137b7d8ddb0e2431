import {
  createHub,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  type AccountId,
  type ConversationId,
  type Hub,
  type JsonObject,
  type Message,
  type SecretStore,
  type Store,
} from '@natter/core';
import { expect } from 'vitest';
import { createMatrixAdapter, type MatrixAdapterOptions } from '../../src/index.ts';
import { ME, type Homeserver } from './homeserver.ts';

/** Short waits, as the scripted server is near. */
const LIMITS: MatrixAdapterOptions['limits'] = { silence: 2000, pollTime: 2000 };
const { signal } = new AbortController();

/** A natter in this process with one account on a scripted homeserver. */
export class Home {
  readonly hub: Hub;
  readonly account: AccountId;

  private constructor(hub: Hub, account: AccountId) {
    this.hub = hub;
    this.account = account;
  }

  static async open(
    server: Homeserver,
    options: { limits?: MatrixAdapterOptions['limits']; store?: Store; secrets?: SecretStore } = {},
  ): Promise<Home> {
    const { limits = {}, store = memoryStore(), secrets = memorySecrets() } = options;
    const hub = await createHub({
      store,
      secrets,
      blobs: memoryBlobs(),
      adapters: [createMatrixAdapter({ limits: { ...LIMITS, ...limits } })],
      backoff: { base: 20, cap: 50 },
    });
    await hub.connect();
    const account = await signIn(hub, { server: server.url });
    return new Home(hub, account);
  }

  /** Waits until the account is in a phase. */
  phase(wanted: string): Promise<void> {
    return expect
      .poll(() => this.hub.profile.statuses.get(this.account)?.state.phase, { timeout: 10_000 })
      .toBe(wanted);
  }

  /** The one conversation there is. */
  conversation(): ConversationId | undefined {
    return [...this.hub.profile.conversations.entries()][0]?.[0];
  }

  async rows(): Promise<readonly Message[]> {
    const conversation = this.conversation();
    if (conversation === undefined) return [];
    const page = await this.hub.handlers.methods['history.page']({ conversation, limit: 100 }, signal);
    return page.rows;
  }

  async texts(): Promise<string[]> {
    return (await this.rows()).map(({ content }) => content.text);
  }

  /** Waits until these are all the texts, in this order. */
  hears(texts: readonly string[]): Promise<void> {
    return expect.poll(() => this.texts(), { timeout: 10_000 }).toEqual(texts);
  }

  async send(text: string, key: string = text): Promise<void> {
    const conversation = this.conversation();
    if (conversation === undefined) throw new Error('there is no conversation yet');
    const draft = { content: { kind: 'text', text } } as const;
    await this.hub.handlers.methods['message.send']({ key, to: { conversation }, draft }, signal);
  }

  /** Signs the same account in again. */
  async relogin(): Promise<void> {
    const { methods } = this.hub.handlers;
    const { interaction } = await methods['account.login']({ account: this.account }, signal);
    const answer = { action: 'submit', values: { password: 'secret' } };
    await methods['interaction.answer']({ interaction, answer }, signal);
  }

  /** Switches the account on or off. */
  async enable(enabled: boolean): Promise<void> {
    await this.hub.handlers.methods['account.enable']({ account: this.account, enabled }, signal);
    if (!enabled) await this.phase('offline');
  }

  gaps(): number {
    return [...this.hub.profile.gaps.entries(this.account)].length;
  }

  close(): Promise<void> {
    return this.hub.close();
  }
}

async function signIn(hub: Hub, config: JsonObject): Promise<AccountId> {
  const { methods } = hub.handlers;
  const { interaction } = await methods['account.add']({ network: 'matrix', address: ME, config }, signal);
  const answer = { action: 'submit', values: { password: 'secret' } };
  const { account, step } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error(`not signed in: ${JSON.stringify(step)}`);
  return account;
}
