import type {
  AccountSpec,
  Ended,
  Interaction,
  InteractionSubject,
  Op,
  Outcome,
  Page,
  PageRequest,
  Queries,
  Resume,
  Session,
  SessionHost,
  Signal,
} from '@natter/core';
import {
  errorData,
  NatterError,
  toErrorData,
  type BlobId,
  type Opaque,
  type RemoteKey,
  type ScopeKey,
} from '@natter/core/model';
import { AuthorizedApi } from './authorized-api.ts';
import { readConfig, type MatrixConfig } from './config.ts';
import { Connection } from './connection.ts';
import { endCredentials, SESSION, storedCredentials } from './credentials.ts';
import type { Encryption } from './encryption.ts';
import { AccountData } from './features/account-data.ts';
import { Contacts } from './features/contacts.ts';
import { STORE_KEY } from './features/encryption/names.ts';
import type { KeyStorage } from './features/encryption/key-storage.ts';
import { Rooms } from './features/rooms.ts';
import { failedInteraction, unsupported } from './interactions.ts';
import { mapEnded } from './mapping/errors.ts';
import { keyOf, serverNameOf } from './mapping/keys.ts';
import type { Runtime } from './runtime.ts';
import { discover } from './wire/discovery.ts';
import { asWireError, WireError } from './wire/error.ts';
import type { HttpClient, Platform } from './wire/http.ts';
import { getText } from './wire/json.ts';
import type { WireLimits } from './wire/limits.ts';
import { baseOf } from './wire/target.ts';

/** What a session is made with. */
export interface SessionParts {
  readonly account: AccountSpec;
  readonly host: SessionHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
  /** Where the keys of devices are kept; null for an account that cannot encrypt. */
  readonly keys: KeyStorage | null;
}

/** One Matrix account on one device. New connections and a new {@link Connection} serve each attempt. */
export class MatrixSession implements Session {
  readonly #parts: SessionParts;
  #running: Connection | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async run(resume: Resume, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return { why: 'stopped' };
    const { account, platform, limits } = this.#parts;
    const over = new AbortController();
    const stop = (): void => over.abort();
    signal.addEventListener('abort', stop, { once: true });
    let http: HttpClient | null = null;
    try {
      const config = readConfig(account.config);
      http = platform.open(config.trust, limits);
      return await this.#run(http, config, resume, over);
    } catch (error) {
      if (signal.aborted) return { why: 'stopped' };
      await this.#noteSignedOut(error);
      return NatterError.isInstance(error) ? endedBy(error) : mapEnded(asWireError(error));
    } finally {
      this.#running = null;
      signal.removeEventListener('abort', stop);
      over.abort();
      http?.close();
    }
  }

  async #run(http: HttpClient, config: MatrixConfig, resume: Resume, over: AbortController): Promise<never> {
    const { host } = this.#parts;
    const ended = over.signal;
    host.phase('connecting');
    const api = await this.#signedIn(http, config, ended);
    throwIfOver(ended);
    host.phase('authenticating');
    const who = await api.call({ method: 'GET', path: ['client', 'v3', 'account', 'whoami'], signal: ended });
    if (getText(who, 'user_id') !== api.userId)
      throw new WireError('no-token', 'the token of this account belongs to somebody else');
    throwIfOver(ended);
    host.phase('syncing');
    const fatal = Promise.withResolvers<never>();
    const encryption = await this.#encryption(api, config, ended, (error) => fatal.reject(error));
    const connection = new Connection(this.#runtime(api, config, encryption, ended), resume.presence);
    const broken = http.broken.then((error) => Promise.reject(error));
    try {
      return await Promise.race([this.#serve(connection, ended), broken, fatal.promise]);
    } finally {
      this.#running = null;
      over.abort();
      await connection.idle();
      await encryption?.close();
    }
  }

  async #serve(connection: Connection, ended: AbortSignal): Promise<never> {
    const { host } = this.#parts;
    const { userId } = connection;
    await connection.negotiate();
    await host.commit({
      origin: 'snapshot',
      events: [{ type: 'self', key: keyOf(userId), address: userId }],
    });
    throwIfOver(ended);
    this.#running = connection;
    host.phase('online');
    return connection.follow();
  }

  /** Null where nothing keeps keys. A store of keys that fails ends the run: what is in memory is ahead of it. */
  async #encryption(
    api: AuthorizedApi,
    config: MatrixConfig,
    ended: AbortSignal,
    failed: (error: NatterError) => void,
  ): Promise<Encryption | null> {
    const { host, keys: storage, account } = this.#parts;
    if (storage === null) return null;
    const { openEncryption } = await import('./features/encryption/open-encryption.ts');
    const { startDigest } = this.#parts.platform;
    const policy = config.verifiedOnly ? 'verified' : 'all';
    try {
      return await openEncryption({
        storage,
        account: account.id,
        api,
        host,
        policy,
        startDigest,
        ended,
        failed,
      });
    } catch (error) {
      // Without its keys this device is none: the next sign-in makes another.
      if (NatterError.isInstance(error) && error.data.userAction === 'sign-in') await endCredentials(host);
      throw error;
    }
  }

  async #signedIn(http: HttpClient, config: MatrixConfig, signal: AbortSignal): Promise<AuthorizedApi> {
    const { host, limits } = this.#parts;
    const credentials = await storedCredentials(host);
    if (credentials === null || credentials.ended)
      throw new WireError('no-token', 'this account is not signed in here');
    const { allowInsecure } = config;
    const base =
      config.server === null
        ? await discover(serverNameOf(credentials.userId), { http, limits, allowInsecure }, signal)
        : baseOf(config.server, allowInsecure);
    return new AuthorizedApi({ host, http, base, limits, credentials });
  }

  /**
   * A token that the server knows no more, and not softly so, is that of a device it has destroyed: signing in makes another.
   * Its keys stay here and are not used, as not everybody who says so is right.
   */
  async #noteSignedOut(error: unknown): Promise<void> {
    if (!(error instanceof WireError) || error.errcode !== 'M_UNKNOWN_TOKEN' || error.softLogout) return;
    const { host } = this.#parts;
    try {
      await endCredentials(host);
    } catch (failure) {
      host.log('warn', 'matrix-sign-out-not-noted', { message: toErrorData(failure).message });
    }
  }

  #runtime(
    api: AuthorizedApi,
    config: MatrixConfig,
    encryption: Encryption | null,
    ended: AbortSignal,
  ): Runtime {
    const { host, limits } = this.#parts;
    const rooms = new Rooms();
    const accountData = new AccountData(api);
    const contacts = new Contacts(rooms, accountData);
    return { api, host, config, limits, rooms, accountData, contacts, encryption, ended };
  }

  perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    return (
      this.#running?.perform(op, signal) ?? Promise.resolve({ result: 'not-sent', error: offline().data })
    );
  }

  async verify(): Promise<Outcome> {
    return {
      result: 'unknown',
      error: { ...unsupported('to find out what became of it').data, certain: false },
    };
  }

  async history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return this.#online().history(request, signal);
  }

  async catchUp(_scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return this.#online().catchUp(after, signal);
  }

  async query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]> {
    return this.#online().query(name, argument, signal);
  }

  signal(signal: Signal): void {
    this.#running?.signal(signal);
  }

  interact(about: InteractionSubject, target: RemoteKey | null): Interaction {
    if (this.#running === null) return failedInteraction(offline().data);
    return this.#running.interact(about, target);
  }

  async download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    return this.#online().download({ remote, blob, offset }, signal);
  }

  /** Signs the device out, so that its token is worth nothing to who finds it. */
  async wipe(remote: boolean, signal: AbortSignal): Promise<void> {
    const { host, platform, limits, account, keys } = this.#parts;
    try {
      if (remote) {
        const config = readConfig(account.config);
        const http = platform.open(config.trust, limits);
        try {
          const api = await this.#signedIn(http, config, signal);
          await api.signOut(signal);
        } finally {
          http.close();
        }
      }
    } catch (error) {
      host.log('warn', 'matrix-logout-failed', { message: asWireError(error).message.slice(0, 300) });
    }
    try {
      const credentials = await storedCredentials(host);
      const devices = credentials === null ? [] : [credentials.deviceId, ...credentials.former];
      for (const deviceId of devices) await keys?.remove({ account: account.id, deviceId });
      await host.setSecret(SESSION, null);
      await host.setSecret(STORE_KEY, null);
    } catch (error) {
      host.log('warn', 'matrix-wipe-failed', { message: toErrorData(error).message });
    }
  }

  #online(): Connection {
    if (this.#running !== null) return this.#running;
    throw offline();
  }
}

/** A store that is dead may live again; a setting that is wrong stays so. */
function endedBy(error: NatterError): Ended {
  const { data } = error;
  if (data.userAction === 'sign-in') return { why: 'needsLogin', error: data };
  return data.code === 'storage'
    ? { why: 'network', error: { ...data, retriable: true } }
    : { why: 'refused', error: data };
}

function throwIfOver(signal: AbortSignal): void {
  if (signal.aborted) throw new WireError('aborted', 'stopped');
}

function offline(): NatterError {
  return new NatterError(
    errorData('offline', 'the account is not online', { scope: 'account', retriable: true }),
  );
}
