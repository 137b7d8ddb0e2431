import {
  createHub,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  type AccountId,
  type ConversationId,
  type Hub,
  type JsonObject,
} from '@natter/core';
import { expect } from 'vitest';
import { createIrcAdapter } from '../../src/index.ts';
import { FAST } from './ngircd-setup.ts';

const { signal } = new AbortController();
const patient = { timeout: 15_000 };

/** The account `me` on a server of this machine, in a hub of its own. */
export class IrcHub {
  readonly hub: Hub;
  account!: AccountId;

  private constructor(hub: Hub) {
    this.hub = hub;
  }

  static async start(port: number, config: JsonObject = {}): Promise<IrcHub> {
    const hub = await createHub({
      store: memoryStore(),
      secrets: memorySecrets(),
      blobs: memoryBlobs(),
      adapters: [createIrcAdapter()],
      backoff: { base: 20, cap: 50 },
    });
    await hub.connect();
    const irc = new IrcHub(hub);
    const { interaction } = await hub.handlers.methods['account.add'](
      {
        network: 'irc',
        address: `me@127.0.0.1:${port}`,
        config: { signIn: 'none', ...FAST, ...config },
      },
      signal,
    );
    const rows = (): AccountId | undefined => [...hub.profile.accounts.entries()][0]?.[0];
    void interaction;
    await expect.poll(rows, patient).toBeDefined();
    irc.account = rows()!;
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
  async texts(key: string, limit = 1000): Promise<readonly string[]> {
    const conversation = this.conversation(key);
    if (conversation === undefined) return [];
    const { rows } = await this.hub.handlers.methods['history.page'](
      { conversation, limit, remote: false },
      signal,
    );
    return rows.map(({ content }) => content.text);
  }

  /** What somebody gets who scrolls back. */
  async scrolled(key: string, limit: number): Promise<readonly string[]> {
    const { rows } = await this.hub.handlers.methods['history.page'](
      { conversation: this.conversation(key)!, limit },
      signal,
    );
    return rows.map(({ content }) => content.text);
  }

  get gaps(): number {
    return [...this.hub.profile.gaps.entries(this.account)].length;
  }

  close(): Promise<void> {
    return this.hub.close();
  }
}
