import {
  NatterError,
  errorData,
  remoteKey,
  toErrorData,
  type BlobId,
  type Opaque,
  type RemoteKey,
  type ScopeKey,
} from '@natter/core/model';
import type {
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
  Signal,
} from '@natter/core';
import { accountCapabilities } from './capabilities.ts';
import { RESUME_KEY } from './commits.ts';
import { readConfig } from './config.ts';
import { Connection } from './connection.ts';
import { AGENT, KEY, MECHANISM, PASSWORD, TOKEN } from './credentials.ts';
import { establish, type Established, type SessionParts } from './establish.ts';
import { discoverServer } from './features/discovery.ts';
import { download } from './features/download.ts';
import type { AccountHttp } from './features/files.ts';
import { describeSelf } from './features/self-description.ts';
import { failedInteraction, unsupported } from './interactions.ts';
import { readAvatarAddress } from './mapping/personal.ts';
import { readOccupantAddress } from './mapping/rooms/occupant.ts';
import { mapEnded, mapError } from './mapping/errors.ts';
import { Memory } from './memory.ts';
import { bareAddress } from './wire/address.ts';
import { asWireError, WireError } from './wire/error.ts';
import type { XmppStream } from './wire/stream.ts';

/** How long a web server may be silent (milliseconds). */
const HTTP_PATIENCE = 30_000;

/** One XMPP account. A new stream and a new {@link Connection} serve each connection attempt. */
export class XmppSession implements Session {
  readonly #parts: SessionParts;
  readonly #memory = new Memory();
  #connection: Connection | null = null;
  /** The session that this process was in: only then is what it knows of others still true after a resumption. */
  #lastSession: string | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  async run(resume: Resume, signal: AbortSignal): Promise<Ended> {
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
    const established = await establish(this.#parts, this.#memory, signal);
    const { stream } = established;
    try {
      const end = await this.#serve(established, resume, signal);
      return end === null
        ? mapEnded(new WireError('disconnected', 'the server ended the session'))
        : mapEnded(end);
    } finally {
      this.#connection = null;
      stream.destroy(new WireError('disconnected', 'the session is over'));
    }
  }

  async #serve(
    { stream, binding, identity }: Established,
    resume: Resume,
    signal: AbortSignal,
  ): Promise<WireError | null> {
    const { host } = this.#parts;
    host.phase('syncing');
    if (!binding.resumed) {
      this.#memory.presences.clear();
      this.#memory.ownPresence = null;
    }
    const stop = (): void => void stream.close();
    signal.addEventListener('abort', stop);
    try {
      if (signal.aborted) stop();
      // Stanzas that come meanwhile wait in the stream: what they say of themselves is believed by what the server is.
      const server = await discoverServer(stream, identity.bare, signal);
      host.capabilities('account', accountCapabilities(server));
      const connection = new Connection({
        stream,
        host,
        own: identity.bare,
        memory: this.#memory,
        server,
        self: await describeSelf(readConfig(this.#parts.account.config).tellVersion),
        http: this.#http,
        sha256: this.#parts.platform.sha256,
      });
      const known = this.#lastSession !== null && this.#lastSession === stream.management.resumeState()?.id;
      this.#lastSession = stream.management.resumeState()?.id ?? null;
      await connection.synchronize({ binding, known, presence: resume.presence }, signal);
      if (!stream.ended) {
        this.#connection = connection;
        host.phase('online');
        connection.settleIn(binding.resumed && known);
      }
      const end = await connection.ended;
      await this.#remember(stream, end);
      return signal.aborted ? new WireError('aborted', 'stopped') : end;
    } finally {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) await this.#forgetSession(stream);
    }
  }

  /** What the next attempt is to know of this one. */
  async #remember({ management }: XmppStream, end: WireError | null): Promise<void> {
    const memory = this.#memory;
    memory.elsewhere = end?.condition === 'see-other-host' ? end.location : null;
    const session = management.resumeState()?.id;
    memory.left = session === undefined ? null : { session, stanzas: management.left };
    // XEP-0198 section 6: sessions that are counted differently on both sides are of no use.
    if (end?.condition === 'handled-count-too-high')
      await this.#parts.host.commit({ origin: 'live', events: [], state: { [RESUME_KEY]: null } });
  }

  /** After an orderly end there is nothing to take up. */
  async #forgetSession(stream: XmppStream): Promise<void> {
    await stream.close();
    this.#lastSession = null;
    await this.#parts.host.commit({ origin: 'live', events: [], state: { [RESUME_KEY]: null } });
  }

  perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    return this.#connection?.perform(op, signal) ?? Promise.resolve(offlineOutcome());
  }

  async verify(op: Op, signal: AbortSignal): Promise<Outcome> {
    return this.#connection?.verify(op, signal) ?? { result: 'unknown', error: offline().data };
  }

  history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return this.#online((connection) => connection.history(request, signal));
  }

  catchUp(_scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return this.#online((connection) => connection.catchUp(after, signal));
  }

  async query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]> {
    if (signal.aborted)
      throw new NatterError(mapError(new WireError('aborted', 'the question was taken back')));
    return this.#answer(name, argument, signal);
  }

  async #answer(
    name: keyof Queries,
    argument: Queries[keyof Queries][0],
    signal: AbortSignal,
  ): Promise<Queries[keyof Queries][1]> {
    if (name === 'resolve' && typeof argument === 'string') {
      const occupant = readOccupantAddress(argument.trim(), (room) => this.#memory.rooms.has(room));
      if (occupant !== null) return occupant.nick === '' ? null : occupant.found; // a room itself is no contact
      const address = bareAddress(argument.trim());
      if (address === null) return null;
      // Without a connection an address is all that there is.
      const name = (await this.#connection?.nameOf(address, signal).catch(() => null)) ?? null;
      return { contact: remoteKey(address), address, name };
    }
    if (name === 'rooms' && typeof argument === 'object' && 'text' in argument) {
      const { text } = argument;
      return this.#online(async (connection) => ({
        items: await connection.searchRooms(text, signal),
        next: null,
      }));
    }
    if (name === 'members' && typeof argument === 'object' && 'conversation' in argument) {
      const { conversation } = argument;
      return this.#online((connection) => connection.members(conversation, signal));
    }
    throw unsupported(`the question "${name}"`);
  }

  signal(signal: Signal): void {
    this.#connection?.signal(signal);
  }

  interact(about: InteractionSubject, target: RemoteKey | null): Interaction {
    if (this.#connection === null) return failedInteraction(offline().data);
    return this.#connection.interact(about, target) ?? failedInteraction(unsupported(`to ${about}`).data);
  }

  download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    const avatar = readAvatarAddress(remote);
    if (avatar !== null)
      return this.#online(async (connection) => {
        await connection.downloadAvatar(avatar, blob, signal);
        return { done: true };
      });
    const { host, platform } = this.#parts;
    return download({ http: this.#http, host, sha256: platform.sha256 }, { remote, blob, offset }, signal);
  }

  readonly #http: AccountHttp = (request) => {
    const { account, platform } = this.#parts;
    const { authorities } = readConfig(account.config).trust;
    return platform.fetch({ ...request, authorities, patience: HTTP_PATIENCE });
  };

  async wipe(): Promise<void> {
    const { host } = this.#parts;
    try {
      for (const name of [PASSWORD, KEY, MECHANISM, TOKEN, AGENT]) await host.setSecret(name, null);
    } catch (error) {
      host.log('warn', 'xmpp-wipe-failed', { message: toErrorData(error).message });
    }
  }

  async #online<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    if (connection === null) throw offline();
    try {
      return await work(connection);
    } catch (error) {
      throw error instanceof WireError ? new NatterError(mapError(error, 'conversation')) : error;
    }
  }
}

function offline(): NatterError {
  return new NatterError(
    errorData('offline', 'the account is not online', { scope: 'account', retriable: true }),
  );
}

function offlineOutcome(): Outcome {
  return { result: 'not-sent', error: offline().data };
}
