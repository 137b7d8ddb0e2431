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
import { readConfig } from './config.ts';
import { Connection } from './connection.ts';
import { KEY, MECHANISM, PASSWORD, STRICT_TRANSPORT } from './credentials.ts';
import { failedInteraction, unsupported } from './interactions.ts';
import { readAddress } from './mapping/addresses.ts';
import { awayReason } from './mapping/away.ts';
import { mapEnded } from './mapping/errors.ts';
import { openConnection, type SignedIn } from './open-connection.ts';
import type { Platform } from './wire/channel.ts';
import { asWireError, WireError } from './wire/error.ts';
import type { WireLimits } from './wire/limits.ts';

/** What a session is made with. */
export interface SessionParts {
  readonly account: AccountSpec;
  readonly host: SessionHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

/** One IRC account. A new {@link Connection} serves each connection attempt. */
export class IrcSession implements Session {
  readonly #parts: SessionParts;
  #connection: Connection | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async run(resume: Resume, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return { why: 'stopped' };
    try {
      return await this.#run(resume, signal);
    } catch (error) {
      if (signal.aborted) return { why: 'stopped' };
      return NatterError.isInstance(error)
        ? { why: 'refused', error: error.data }
        : mapEnded(asWireError(error));
    }
  }

  async #run(resume: Resume, signal: AbortSignal): Promise<Ended> {
    const { account, host, platform, limits } = this.#parts;
    const config = readConfig(account.config);
    host.phase('connecting');
    const signedIn = await openConnection({
      address: account.address,
      config,
      platform,
      limits,
      secret: (name) => host.secret(name),
      log: (level, code, data) => host.log(level, code, data),
      keep: (name, value) => host.setSecret(name, value),
      signal,
      away: awayReason(resume.presence),
      authenticating: () => host.phase('authenticating'),
    });
    const wantedNick = readAddress(account.address).nick;
    const calls = new AbortController();
    const connection = new Connection({
      signedIn,
      host,
      config,
      limits,
      wantedNick,
      signal: calls.signal,
      fetch: (request) => platform.fetch(request),
    });
    const stop = (): void => signedIn.connection.quit(new WireError('aborted', 'stopped'));
    signal.addEventListener('abort', stop);
    try {
      if (signal.aborted) stop();
      await this.#keepPin(signedIn);
      host.phase('syncing');
      await connection.begin();
      if (signedIn.connection.error === null) {
        connection.signal({ type: 'presence', presence: resume.presence });
        this.#connection = connection;
        host.phase('online');
      }
      const end = await signedIn.connection.ended;
      if (signal.aborted) return { why: 'stopped' };
      return mapEnded(end.code === 'disconnected' ? (connection.farewell ?? end) : end);
    } finally {
      this.#connection = null;
      signal.removeEventListener('abort', stop);
      signedIn.connection.destroy(new WireError('disconnected', 'the session is over'));
      calls.abort();
      connection.stop();
      await signedIn.strictTransport.renew();
    }
  }

  /** Remembers the mechanism: the next sign-in must not fall behind it. */
  async #keepPin({ registered }: SignedIn): Promise<void> {
    const { host } = this.#parts;
    if (registered.mechanism !== null && registered.mechanism !== (await host.secret(MECHANISM)))
      await host.setSecret(MECHANISM, registered.mechanism);
  }

  perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const offlineOutcome: Outcome = { result: 'not-sent', error: offline().data };
    return this.#connection?.perform(op, signal) ?? Promise.resolve(offlineOutcome);
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

  async catchUp(scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return this.#online().catchUp(scope, after, signal);
  }

  async query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]> {
    return this.#online().query(name, argument, signal);
  }

  signal(signal: Signal): void {
    this.#connection?.signal(signal);
  }

  interact(about: InteractionSubject, _target: RemoteKey | null): Interaction {
    return failedInteraction(unsupported(`to ${about}`).data);
  }

  async download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    return this.#online().download(remote, blob, offset, signal);
  }

  async wipe(): Promise<void> {
    const { host } = this.#parts;
    try {
      for (const name of [PASSWORD, KEY, MECHANISM, STRICT_TRANSPORT]) await host.setSecret(name, null);
    } catch (error) {
      host.log('warn', 'irc-wipe-failed', { message: toErrorData(error).message });
    }
  }

  #online(): Connection {
    if (this.#connection !== null) return this.#connection;
    throw offline();
  }
}

function offline(): NatterError {
  return new NatterError(
    errorData('offline', 'the account is not online', { scope: 'account', retriable: true }),
  );
}
