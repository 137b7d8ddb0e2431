import {
  createHub,
  isFinal,
  memoryBlobs,
  mintId,
  memorySecrets,
  memoryStore,
  type AccountId,
  type BlobId,
  type BlobStore,
  type Conversation,
  type ConversationId,
  type Hub,
  type InteractionStep,
  type JsonObject,
  type Message,
  type MessageId,
  type Operation,
  type RoomAction,
  type SecretStore,
  type Store,
} from '@natter/core';
import { expect } from 'vitest';
import { createMatrixAdapter, type MatrixAdapterOptions } from '../../src/index.ts';
import { ME } from './homeserver.ts';

/** Short waits, as the scripted server is near. */
const LIMITS: MatrixAdapterOptions['limits'] = { silence: 2000, pollTime: 2000 };
const { signal } = new AbortController();

/** How a home is opened; as the one user of a scripted homeserver if nothing is said. */
export interface HomeOptions {
  readonly limits?: MatrixAdapterOptions['limits'];
  readonly store?: Store;
  readonly secrets?: SecretStore;
  readonly address?: string;
  readonly password?: string;
  readonly config?: JsonObject;
  /** Without it nothing can be encrypted. */
  readonly keyFolder?: string;
}

/** Waits until something is so; how long that takes says nothing. */
export function eventually<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 15_000 });
}

/** A natter in this process with one account on a scripted homeserver. */
export class Home {
  readonly hub: Hub;
  readonly account: AccountId;

  readonly #blobs: BlobStore;

  private constructor(hub: Hub, account: AccountId, blobs: BlobStore) {
    this.#blobs = blobs;
    this.hub = hub;
    this.account = account;
  }

  static async open(server: { readonly url: string }, options: HomeOptions = {}): Promise<Home> {
    const { limits = {}, store = memoryStore(), secrets = memorySecrets() } = options;
    const { address = ME, password = 'secret', config = {} } = options;
    const { keyFolder } = options;
    const blobs = memoryBlobs();
    const hub = await openHub({
      store,
      secrets,
      blobs,
      limits,
      ...(keyFolder === undefined ? {} : { keyFolder }),
    });
    const account = await signIn(hub, { address, password, config: { ...config, server: server.url } });
    return new Home(hub, account, blobs);
  }

  /** A natter whose account is signed in by the OAuth of a scripted server, once `tokens` has made that give some. */
  static async oauth(server: { readonly url: string }, tokens: () => void): Promise<Home> {
    const blobs = memoryBlobs();
    const hub = await openHub({ store: memoryStore(), secrets: memorySecrets(), blobs });
    const { methods } = hub.handlers;
    const asked = { network: 'matrix', address: ME, config: { server: server.url, signIn: 'oauth' } };
    const { interaction, step } = await methods['account.add'](asked, signal);
    if (step.kind !== 'open-url') throw new Error(`no page to sign in at: ${JSON.stringify(step)}`);
    const page = new URL(step.url).searchParams;
    tokens();
    await fetch(`${page.get('redirect_uri')}?code=c1&state=${page.get('state')}`);
    for (;;) {
      const { account } = await methods['interaction.answer']({ interaction, answer: null }, signal);
      if (account !== null) return new Home(hub, account, blobs);
    }
  }

  /** A natter that starts again with what an earlier one has stored. */
  static async resume(
    account: AccountId,
    kept: { readonly store: Store; readonly secrets: SecretStore; readonly keyFolder?: string },
  ): Promise<Home> {
    const blobs = memoryBlobs();
    return new Home(await openHub({ ...kept, blobs }), account, blobs);
  }

  /** Waits until the account is in a phase. */
  phase(wanted: string): Promise<void> {
    return eventually(() => this.hub.profile.statuses.get(this.account)?.state.phase).toBe(wanted);
  }

  /** The one conversation there is. */
  conversation(): ConversationId | undefined {
    return [...this.hub.profile.conversations.entries()][0]?.[0];
  }

  /** A conversation by what the network calls it. */
  named(key: string): Conversation | undefined {
    return [...this.hub.profile.conversations.entries()].map(([, row]) => row).find((row) => row.key === key);
  }

  /** The messages of a conversation, or of the only one there is. */
  async rows(conversation: ConversationId | undefined = this.conversation()): Promise<readonly Message[]> {
    if (conversation === undefined) return [];
    const page = await this.hub.handlers.methods['history.page']({ conversation, limit: 100 }, signal);
    return page.rows;
  }

  /** Changes a room and waits until the network has taken it. */
  async change(change: RoomAction, conversation?: ConversationId): Promise<Operation> {
    const { methods } = this.hub.handlers;
    const where = conversation === undefined ? {} : { conversation };
    const { operation } = await methods['room.change'](
      { key: crypto.randomUUID(), account: this.account, change, ...where },
      signal,
    );
    const get = (): Promise<Operation> => methods['operation.get']({ operation }, signal);
    await eventually(async () => isFinal((await get()).state)).toBe(true);
    return get();
  }

  async texts(): Promise<string[]> {
    return (await this.rows()).map(({ content }) => content.text);
  }

  /** Waits until these are all the texts, in this order. */
  hears(texts: readonly string[]): Promise<void> {
    return eventually(() => this.texts()).toEqual(texts);
  }

  async send(text: string, key: string = text): Promise<void> {
    const conversation = this.conversation();
    if (conversation === undefined) throw new Error('there is no conversation yet');
    const draft = { content: { kind: 'text', text } } as const;
    await this.hub.handlers.methods['message.send']({ key, to: { conversation }, draft }, signal);
  }

  async react(message: MessageId, reaction: string, on: boolean): Promise<void> {
    await this.hub.handlers.methods['message.react'](
      { key: crypto.randomUUID(), message, reaction, on },
      signal,
    );
  }

  /** Signs the same account in again. */
  async relogin(): Promise<void> {
    const { methods } = this.hub.handlers;
    const { interaction } = await methods['account.login']({ account: this.account }, signal);
    const answer = { action: 'submit', values: { password: 'secret' } };
    await methods['interaction.answer']({ interaction, answer }, signal);
  }

  /** Takes the account away, here and on the network. */
  async remove(): Promise<void> {
    await this.hub.handlers.methods['account.remove']({ account: this.account, remote: true }, signal);
  }

  /** Switches the account on or off. */
  async enable(enabled: boolean): Promise<void> {
    await this.hub.handlers.methods['account.enable']({ account: this.account, enabled }, signal);
    if (!enabled) await this.phase('offline');
  }

  /** Keeps bytes as a blob. */
  async store(bytes: Uint8Array): Promise<BlobId> {
    const blob = mintId('blob');
    const writer = (await this.#blobs.write(blob, 0)).getWriter();
    await writer.write(bytes);
    await writer.close();
    return blob;
  }

  /** The bytes of a blob as text; empty while there are none. */
  async bytes(blob: BlobId): Promise<string> {
    try {
      return await new Response(await this.#blobs.read(blob, 0)).text();
    } catch {
      return '';
    }
  }

  /** What the network asks the user at this moment. */
  async asked(): Promise<readonly InteractionStep[]> {
    const { promise, resolve } = Promise.withResolvers<readonly InteractionStep[]>();
    const feed = {
      value: (asked: readonly { step: InteractionStep }[]) => resolve(asked.map(({ step }) => step)),
    };
    const stream = await this.hub.handlers.streams.interactions({}, { ...feed, end: () => resolve([]) });
    const asked = await promise;
    stream.close();
    return asked;
  }

  /** What needs the user. */
  attention(): readonly string[] {
    return (this.hub.profile.statuses.get(this.account)?.attention ?? []).map(({ about }) => about);
  }

  gaps(): number {
    return [...this.hub.profile.gaps.entries(this.account)].length;
  }

  close(): Promise<void> {
    return this.hub.close();
  }
}

async function openHub(
  parts: { readonly store: Store; readonly secrets: SecretStore; readonly blobs: BlobStore } & Pick<
    HomeOptions,
    'limits' | 'keyFolder'
  >,
): Promise<Hub> {
  const { store, secrets, blobs, limits = {}, keyFolder } = parts;
  const hub = await createHub({
    store,
    secrets,
    blobs,
    adapters: [
      createMatrixAdapter({
        limits: { ...LIMITS, ...limits },
        ...(keyFolder === undefined ? {} : { keyFolder }),
      }),
    ],
    backoff: { base: 20, cap: 50 },
  });
  await hub.connect();
  return hub;
}

async function signIn(
  hub: Hub,
  { address, password, config }: { address: string; password: string; config: JsonObject },
): Promise<AccountId> {
  const { methods } = hub.handlers;
  const { interaction } = await methods['account.add']({ network: 'matrix', address, config }, signal);
  const answer = { action: 'submit', values: { password } };
  const { account, step } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error(`not signed in: ${JSON.stringify(step)}`);
  return account;
}
