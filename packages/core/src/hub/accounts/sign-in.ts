import type { Adapter, BaseHost, LoginStart } from '../../contract/index.ts';
import type { AccountAddParams, InteractionStep } from '../../client/index.ts';
import type { AccountId, AccountRecord, Step } from '../../model/index.ts';
import { NatterError, errorData, mintId } from '../../model/index.ts';
import type { SecretStore } from '../../ports/index.ts';
import type { Environment } from '../environment.ts';
import type { InteractionTable } from './interactions.ts';

/** Signs in, registers or signs in again. Nothing is saved before the last step is `done`. */
export class SignIn {
  readonly #environment: Environment;
  readonly #interactions: InteractionTable;
  /** Called when an account was added or signed in again. */
  readonly #onSaved: (account: AccountId) => void;

  constructor(
    environment: Environment,
    interactions: InteractionTable,
    onSaved: (account: AccountId) => void,
  ) {
    this.#environment = environment;
    this.#interactions = interactions;
    this.#onSaved = onSaved;
  }

  /** Adds an account; the secrets that came along are saved with it. With `connect: false` that is at once. */
  async add(params: AccountAddParams): Promise<InteractionStep> {
    const adapter = this.#adapter(params.network);
    if (params.address.trim() === '')
      throw new NatterError(errorData('invalid', 'an account needs an address', { scope: 'account' }));
    this.#refuseDouble(params.network, params.address);
    const record = newAccount(params);
    const secrets = new HeldSecrets();
    for (const [name, value] of Object.entries(params.secrets ?? {})) await secrets.set(name, value);
    if (params.connect === false) {
      await this.#save(record, secrets, { kind: 'done' });
      return { interaction: '', step: { kind: 'done' }, account: record.id };
    }
    const start: LoginStart = {
      purpose: params.register === true ? 'register' : 'add',
      address: params.address,
      config: params.config,
      account: record.id,
      deviceId: record.deviceId,
    };
    return this.#interactions.begin(adapter.login(start, this.#host(record.id, secrets)), (step) =>
      this.#finish(record, secrets, step),
    );
  }

  /** Signs in again: a new password, a new token. */
  async again(account: AccountId): Promise<InteractionStep> {
    const record = this.#environment.profile.accounts.get(account);
    if (!record) throw new NatterError(errorData('not-found', 'no such account', { scope: 'account' }));
    const { address, config, deviceId, network } = record;
    const secrets = new HeldSecrets(this.#environment.secrets, account);
    const interaction = this.#adapter(network).login(
      { purpose: 'relogin', address, config, account, deviceId },
      this.#host(account, secrets),
    );
    return this.#interactions.begin(interaction, (step) => this.#finish(record, secrets, step));
  }

  async #finish(record: AccountRecord, secrets: HeldSecrets, step: Step): Promise<AccountId | null> {
    if (step.kind !== 'done') return null;
    await this.#save(record, secrets, step);
    return record.id;
  }

  /** Secrets first: an account without them could not sign in, secrets without an account are only forgotten again. */
  async #save(record: AccountRecord, held: HeldSecrets, step: Step & { kind: 'done' }): Promise<void> {
    const { secrets, queue } = this.#environment;
    // The network may know the account by another address than the one that was typed.
    this.#refuseDouble(record.network, step.address ?? record.address, record.id);
    for (const [name, value] of held.changes()) await secrets.set(record.id, name, value);
    await queue.run((transaction) => {
      const now = transaction.accounts.get(record.id) ?? record;
      transaction.accounts.set(record.id, {
        ...now,
        address: step.address ?? now.address,
        self: step.key ?? now.self,
        config: { ...now.config, ...step.config },
      });
    });
    this.#onSaved(record.id);
  }

  #adapter(network: string): Adapter {
    const adapter = this.#environment.adapters.get(network);
    if (adapter) return adapter;
    const known = [...this.#environment.adapters.keys()].join(', ');
    throw new NatterError(
      errorData('invalid', `unknown network "${network}"; there are: ${known}`, { scope: 'account' }),
    );
  }

  #refuseDouble(network: string, address: string, itself?: AccountId): void {
    for (const [id, account] of this.#environment.profile.accounts.entries()) {
      if (id !== itself && account.network === network && account.address === address) {
        throw new NatterError(
          errorData(
            'conflict',
            `the account ${address} is there already; sign in again with "account login"`,
            { scope: 'account' },
          ),
        );
      }
    }
  }

  #host(account: AccountId, secrets: HeldSecrets): BaseHost {
    return {
      secret: (name) => secrets.get(name),
      setSecret: (name, value) => secrets.set(name, value),
      log: (level, code, data) => this.#environment.log(level, code, { ...data, account }),
    };
  }
}

function newAccount({ network, address, config }: AccountAddParams): AccountRecord {
  return {
    id: mintId('account'),
    network,
    address,
    self: null,
    name: null,
    config,
    deviceId: crypto.randomUUID(),
    enabled: true,
    presence: { availability: 'available', text: null },
  };
}

/** Secrets of a sign-in that may still fail: kept here, and given to the real store only at its end. */
class HeldSecrets {
  readonly #changed = new Map<string, string | null>();
  readonly #store: SecretStore | null;
  readonly #account: AccountId | null;

  constructor(store: SecretStore | null = null, account: AccountId | null = null) {
    this.#store = store;
    this.#account = account;
  }

  async get(name: string): Promise<string | null> {
    const held = this.#changed.get(name);
    if (held !== undefined || this.#store === null || this.#account === null) return held ?? null;
    return this.#store.get(this.#account, name);
  }

  set(name: string, value: string | null): Promise<void> {
    this.#changed.set(name, value);
    return Promise.resolve();
  }

  changes(): ReadonlyMap<string, string | null> {
    return this.#changed;
  }
}
