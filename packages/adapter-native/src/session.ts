import {
  accountScope,
  errorData,
  NatterError,
  type AccountSpec,
  type BlobId,
  type Ended,
  type Interaction,
  type InteractionSubject,
  type Op,
  type Opaque,
  type Outcome,
  type Page,
  type PageRequest,
  type Queries,
  type Resume,
  type ScopeKey,
  type Session,
  type SessionHost,
  type Signal,
} from '@natter/core';
import { isSearch, search } from './features/search.ts';
import { signIn } from './features/sign-in.ts';
import type { Context } from './features/context.ts';
import { devices, revokeDevice } from './features/devices.ts';
import { download } from './features/download.ts';
import { history } from './features/history.ts';
import { perform } from './features/operations.ts';
import { deletion, passwordChange } from './features/own-account.ts';
import { Presences } from './features/presence.ts';
import { resolve, unsupported } from './features/query.ts';
import { members } from './features/rooms.ts';
import { RosterCopy } from './features/roster.ts';
import { sendTyping, typingPushed } from './features/typing.ts';
import { UpdateLog } from './features/update-log.ts';
import { forgetDevice } from './features/wipe.ts';
import { accountCapabilities } from './mapping/capabilities.ts';
import { endedByError, endedByFault, natterError } from './mapping/errors.ts';
import type { Settings } from './options.ts';
import type { Push } from './wire/connection.ts';

/** The features of one signed-in connection. */
interface Online {
  readonly context: Context;
  readonly presences: Presences;
  readonly log: UpdateLog;
}

/** One account: wires the features to a connection for as long as there is one. */
export class NativeSession implements Session {
  readonly #spec: AccountSpec;
  readonly #host: SessionHost;
  readonly #settings: Settings;
  #online: Online | null = null;

  constructor(spec: AccountSpec, host: SessionHost, settings: Settings) {
    this.#spec = spec;
    this.#host = host;
    this.#settings = settings;
  }

  async run(resume: Resume, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return { why: 'stopped' };
    let ended: Ended;
    try {
      const context = await signIn(this.#spec, this.#host, this.#settings, signal);
      ended = 'why' in context ? context : await this.#serve(context, resume);
    } catch (caught) {
      ended = endedByError(caught);
    }
    return signal.aborted ? { why: 'stopped' } : ended;
  }

  async perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    if (this.#online === null) return { result: 'not-sent', error: offline };
    return perform(this.#online.context, op, signal);
  }

  /** Never needed: the server recognises a resend by its client id. */
  async verify(): Promise<Outcome> {
    return { result: 'unknown', error: unsupported('way to ask for a message by its client id').data };
  }

  history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return this.#ask(({ context }) => history(context, request, signal));
  }

  catchUp(scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return this.#ask(({ log }) => {
      if (scope !== accountScope) throw unsupported(`scope ${scope}`);
      return log.catchUp(after, signal);
    });
  }

  query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]> {
    return this.#ask(async ({ context }) => {
      signal.throwIfAborted();
      if (name === 'resolve' && typeof argument === 'string') return resolve(context, argument);
      if (name === 'members' && typeof argument === 'object' && 'conversation' in argument)
        return members(context, argument.conversation, signal);
      if (name === 'search' && isSearch(argument)) return search(context, argument, signal);
      if (name === 'devices') return devices(context, signal);
      if (name === 'revoke-device' && typeof argument === 'string')
        return revokeDevice(context, argument, signal);
      throw unsupported(name);
    });
  }

  signal(signal: Signal): void {
    if (this.#online === null) return;
    const { context, presences } = this.#online;
    if (signal.type === 'presence') presences.show(signal.presence);
    if (signal.type === 'typing') sendTyping(context, signal.conversation, signal.active);
  }

  interact(about: InteractionSubject): Interaction {
    if (this.#online !== null && about === 'password') return passwordChange(this.#online.context);
    if (this.#online !== null && about === 'unregister') return deletion(this.#online.context);
    const failed = { kind: 'failed', error: unsupported(about).data } as const;
    return { next: async () => failed, cancel: async () => {} };
  }

  download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    return this.#ask(({ context }) => download(context, remote, { blob, offset }, signal));
  }

  async wipe(remote: boolean, signal: AbortSignal): Promise<void> {
    await forgetDevice(this.#spec, this.#host, this.#settings, { remote, signal });
  }

  /** From sign-in until the connection is gone. */
  async #serve(context: Context, resume: Resume): Promise<Ended> {
    const { connection, host } = context;
    const failures: Ended[] = [];
    const fail = (caught: unknown): void => {
      failures.push(endedByError(caught));
      connection.close();
    };
    try {
      host.phase('syncing');
      host.capabilities('account', accountCapabilities(context.welcome));
      const online = this.#wire(context, fail);
      await online.roster.load();
      void online.presences.start(resume.presence);
      this.#online = online;
      host.phase('online');
    } catch (caught) {
      fail(caught);
    }
    const fault = await connection.closed;
    this.#online = null;
    return failures[0] ?? endedByFault(fault);
  }

  #wire(context: Context, fail: (caught: unknown) => void): Online & { roster: RosterCopy } {
    const roster = new RosterCopy(context);
    const presences = new Presences(context, roster.watched);
    const log = new UpdateLog(context, { roster, presences, fail });
    const handle = (push: Push, length: number): void => {
      switch (push.type) {
        case 'updates':
          return log.pushed(push, length);
        case 'lagging':
          return log.dropped();
        case 'presence':
          return presences.pushed(push);
        case 'typing':
          return typingPushed(context, push);
      }
    };
    context.connection.signedIn(context.welcome.limits.requestsInFlight, (push, length) => {
      try {
        handle(push, length);
      } catch (caught) {
        // Thrown on, it would end the process and with it every other account.
        fail(caught);
      }
    });
    return { context, roster, presences, log };
  }

  async #ask<T>(question: (online: Online) => Promise<T>): Promise<T> {
    if (this.#online === null) throw new NatterError(offline);
    try {
      return await question(this.#online);
    } catch (caught) {
      throw natterError(caught, 'account');
    }
  }
}

const offline = errorData('offline', 'the account is not online', { scope: 'account', retriable: true });
