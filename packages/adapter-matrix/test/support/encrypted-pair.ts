import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  memorySecrets,
  memoryStore,
  type ContactId,
  type ConversationId,
  type InteractionStep,
} from '@natter/core';
import type { SynapseServer } from '@natter/e2e';
import { eventually, Home } from './home.ts';
import { keptOpen } from './kept-open.ts';

const { signal } = new AbortController();
let count = 0;

/** Alice and Bob, each with a natter and its keys, on a real homeserver. */
export class EncryptedPair {
  readonly alice: Home;
  readonly bob: Home;
  readonly names: { readonly alice: string; readonly bob: string };
  readonly #server: SynapseServer;
  readonly #folder: string;
  readonly #more: Home[] = [];

  private constructor(
    server: SynapseServer,
    folder: string,
    names: EncryptedPair['names'],
    homes: readonly [Home, Home],
  ) {
    this.#server = server;
    this.#folder = folder;
    this.names = names;
    [this.alice, this.bob] = homes;
  }

  static async open(server: SynapseServer): Promise<EncryptedPair> {
    count += 1;
    const folder = mkdtempSync(join(tmpdir(), 'natter-keys-'));
    const [alice, bob] = await Promise.all(
      [`alice-${count}`, `bob-${count}`].map((name) => server.addUser({ name, password: 'secret' })),
    );
    const names = { alice: alice ?? '', bob: bob ?? '' };
    const homes = [
      await signedIn(server, folder, names.alice),
      await signedIn(server, folder, names.bob),
    ] as const;
    return new EncryptedPair(server, folder, names, homes);
  }

  /** Another device of somebody. */
  async another(name: string): Promise<Home> {
    const home = await signedIn(this.#server, this.#folder, name);
    this.#more.push(home);
    return home;
  }

  /** Alice asks, Bob accepts, and both know that their conversation is encrypted. */
  async friends(): Promise<void> {
    const { alice, bob } = this;
    const change = { action: 'add', address: this.names.bob } as const;
    await alice.hub.handlers.methods['roster.change']({ key: 'a', account: alice.account, change }, signal);
    const asking = (): ContactId | undefined =>
      [...bob.hub.profile.contacts.entries()].find(([, { request }]) => request !== null)?.[0];
    await eventually(asking).toBeDefined();
    const contact = asking();
    await bob.hub.handlers.methods['roster.change'](
      { key: 'b', account: bob.account, change: { action: 'accept', contact: contact! } },
      signal,
    );
    for (const home of [alice, bob]) await eventually(() => this.#direct(home)?.[1].encrypted).toBe(true);
    await eventually(() => [...alice.hub.profile.contacts.entries()][0]?.[1].subscription.to).toBe('granted');
  }

  /** The conversation of the two, as one of them knows it. */
  with(home: Home): ConversationId {
    return this.#direct(home)![0];
  }

  get room(): string {
    return this.#direct(this.alice)?.[1].key ?? '';
  }

  async say(home: Home, text: string): Promise<void> {
    const draft = { content: { kind: 'text', text } } as const;
    const to = { conversation: this.with(home) };
    await home.hub.handlers.methods['message.send']({ key: crypto.randomUUID(), to, draft }, signal);
  }

  async close(): Promise<void> {
    for (const home of [this.alice, this.bob, ...this.#more]) await home.close();
    rmSync(this.#folder, { recursive: true });
  }

  #direct(home: Home) {
    return [...home.hub.profile.conversations.entries()].find(
      ([, row]) => row.kind === 'direct' && row.key !== null,
    );
  }
}

async function signedIn(server: SynapseServer, folder: string, address: string): Promise<Home> {
  const home = await Home.open(server, {
    address,
    keyFolder: join(folder, crypto.randomUUID()),
    store: keptOpen(memoryStore()),
    secrets: memorySecrets(),
  });
  await home.phase('online');
  return home;
}

/** An interaction as a front end has it. */
export class Dialog {
  readonly #home: Home;
  #at: InteractionStep;

  constructor(home: Home, at: InteractionStep) {
    this.#home = home;
    this.#at = at;
  }

  /** Begins one. */
  static async begin(home: Home, about: 'verify' | 'recover', target?: ConversationId): Promise<Dialog> {
    const begin = home.hub.handlers.methods['account.interact'];
    const what = { account: home.account, about, ...(target === undefined ? {} : { target }) };
    return new Dialog(home, await begin(what, signal));
  }

  /** One that somebody else began. */
  static async asked(home: Home): Promise<Dialog> {
    await eventually(async () => (await home.asked()).length).toBeGreaterThan(0);
    const [first] = await home.asked();
    return new Dialog(home, first!);
  }

  get step(): InteractionStep['step'] {
    return this.#at.step;
  }

  async answer(action: string, values: Readonly<Record<string, string>> = {}): Promise<void> {
    const answer = this.#home.hub.handlers.methods['interaction.answer'];
    this.#at = await answer({ interaction: this.#at.interaction, answer: { action, values } }, signal);
  }

  async cancel(): Promise<void> {
    await this.#home.hub.handlers.methods['interaction.cancel'](
      { interaction: this.#at.interaction },
      signal,
    );
  }

  /** Waits for a step of a kind that is shown, or the end. */
  async until(what: string): Promise<InteractionStep['step']> {
    await eventually(async () => {
      if (this.step.kind === 'wait') {
        const answer = this.#home.hub.handlers.methods['interaction.answer'];
        this.#at = await answer({ interaction: this.#at.interaction, answer: null }, signal);
      }
      return this.step.kind === 'show' ? this.step.what : this.step.kind;
    }).toBe(what);
    return this.step;
  }
}
