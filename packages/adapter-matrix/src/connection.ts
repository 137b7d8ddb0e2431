import type {
  Interaction,
  InteractionSubject,
  Op,
  Outcome,
  Page,
  PageRequest,
  Queries,
  Signal,
} from '@natter/core';
import { NatterError, type OwnPresence, type Opaque, type RemoteKey } from '@natter/core/model';
import { accountCapabilities } from './capabilities.ts';
import { failedInteraction, unsupported } from './interactions.ts';
import { Directs } from './features/directs.ts';
import { devices, revokeDevice } from './features/devices.ts';
import { download } from './features/download.ts';
import { History } from './features/history.ts';
import { Outgoing } from './features/outgoing.ts';
import { OwnAccount } from './features/own-account.ts';
import { OwnProfile } from './features/own-profile.ts';
import { verificationTarget } from './features/partners.ts';
import { PresenceFeature } from './features/presence.ts';
import { Questions } from './features/questions.ts';
import { RoomChanges } from './features/room-changes.ts';
import { RoomSync } from './features/room-sync.ts';
import { RosterChanges } from './features/roster-changes.ts';
import { Sync } from './features/sync.ts';
import { Uploads } from './features/uploads.ts';
import { failedOutcome, mapError } from './mapping/errors.ts';
import type { Healed, Remember } from './encryption.ts';
import { newRoom } from './mapping/room.ts';
import { mapHealed } from './mapping/timeline.ts';
import type { Runtime } from './runtime.ts';
import { WireError } from './wire/error.ts';

/** The features of one run, wired together. */
export class Connection {
  readonly #runtime: Runtime;
  readonly #sync: Sync;
  readonly #presence: PresenceFeature;
  readonly #outgoing: Outgoing;
  readonly #rosterChanges: RosterChanges;
  readonly #roomChanges: RoomChanges;
  readonly #history: History;
  readonly #questions: Questions;
  readonly #uploads: Uploads;
  readonly #ownAccount: OwnAccount;
  readonly #ownProfile: OwnProfile;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(runtime: Runtime, shown: OwnPresence) {
    this.#runtime = runtime;
    const directs = new Directs(runtime);
    const roomSync = new RoomSync(runtime);
    this.#uploads = new Uploads(runtime);
    this.#ownAccount = new OwnAccount(runtime, (work) => this.#busy(work));
    this.#ownProfile = new OwnProfile(runtime, this.#uploads);
    this.#presence = new PresenceFeature(runtime);
    this.#sync = new Sync(runtime, { roomSync, presence: this.#presence, shown });
    this.#outgoing = new Outgoing(runtime, directs, this.#uploads);
    this.#rosterChanges = new RosterChanges(runtime, directs);
    this.#roomChanges = new RoomChanges(runtime, { directs, roomSync, uploads: this.#uploads });
    this.#history = new History(runtime, roomSync);
    this.#questions = new Questions(runtime);
    runtime.encryption?.listen((events) => heal(runtime, roomSync, events));
  }

  /** Asks what the server allows. One that does not say allows what it allows. */
  async negotiate(): Promise<void> {
    const { host, ended } = this.#runtime;
    const fileBytes = await this.#uploads.limit(ended).catch((error: unknown) => {
      if (error instanceof WireError && error.code === 'refused') return null;
      throw error;
    });
    const encrypts = this.#runtime.encryption !== null;
    const { presence, forgetsIgnored } = await this.#sync.way();
    host.capabilities('account', accountCapabilities({ fileBytes, encrypts, presence, forgetsIgnored }));
  }

  /** Who we are. */
  get userId(): string {
    return this.#runtime.api.userId;
  }

  /** Follows what happens until something ends it. Rejects with what did. */
  follow(): Promise<never> {
    return this.#busy(this.#sync.follow());
  }

  /** Resolves when nothing that was asked is under way; once the run has ended, that is soon. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** Fetches a file into a blob. Rejects with a NatterError. */
  download(what: Parameters<typeof download>[1], signal: AbortSignal): ReturnType<typeof download> {
    const { api, host, encryption, ended } = this.#runtime;
    return this.#busy(download({ api, host, encryption }, what, AbortSignal.any([signal, ended])));
  }

  #busy<T>(work: Promise<T>): Promise<T> {
    const settled = work.finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
    return settled;
  }

  /** An operation, from the beginning to its outcome. Never rejects. */
  async perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const either = AbortSignal.any([signal, this.#runtime.ended]);
    try {
      return await this.#busy(this.#perform(op, either));
    } catch (error) {
      return failedOutcome(error);
    }
  }

  async #perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const { body } = op;
    switch (body.type) {
      case 'send':
        return this.#outgoing.send({ ...op, body }, signal);
      case 'edit':
        return this.#outgoing.edit(op, body, signal);
      case 'retract':
        return this.#outgoing.retract(op, body, signal);
      case 'react':
        return this.#outgoing.react(op, body, signal);
      case 'mark-read':
        return this.#outgoing.markRead(op, body, signal);
      case 'roster':
        return this.#rosterChanges.perform(op, body.change, signal);
      case 'room':
        return this.#roomChanges.perform(op, body.change, signal);
      case 'profile':
        return this.#ownProfile.perform(body.change, signal);
    }
  }

  catchUp(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    return this.#answered(signal, (either) => this.#sync.catchUp(after, either));
  }

  history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return this.#answered(signal, (either) => this.#history.page(request, either));
  }

  query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]>;
  query(name: keyof Queries, argument: unknown, signal: AbortSignal): Promise<unknown> {
    return this.#answered<unknown>(signal, (either) => {
      switch (name) {
        case 'resolve':
          return this.#questions.resolve(argument as Queries['resolve'][0], either);
        case 'members':
          return this.#questions.members(argument as Queries['members'][0], either);
        case 'rooms':
          return this.#questions.rooms(argument as Queries['rooms'][0], either);
        case 'profile':
          return this.#questions.profile(argument as Queries['profile'][0], either);
        case 'devices':
          return devices(this.#runtime, either);
        case 'revoke-device':
          return revokeDevice(this.#runtime, argument as Queries['revoke-device'][0], either);
        case 'search':
          return Promise.reject(unsupported(`to ask for "${name}"`));
      }
    });
  }

  /** Leads the user through something, step by step. */
  interact(about: InteractionSubject, target: RemoteKey | null): Interaction {
    const { encryption } = this.#runtime;
    if (about === 'password') return this.#ownAccount.password();
    if (about === 'unregister') return this.#ownAccount.deactivation();
    if (about === 'revoke-device' && target !== null) return this.#ownAccount.revocation(target);
    if (encryption === null || (about !== 'verify' && about !== 'recover'))
      return failedInteraction(unsupported(`to ${about}`).data);
    if (about === 'recover') return encryption.recover();
    if (target === null) return encryption.verify(null);
    const whom = verificationTarget(target, this.#runtime);
    return whom === null
      ? failedInteraction(unsupported('to verify a conversation that is not direct').data)
      : encryption.verify(whom);
  }

  /** Tells the network what it need not be told twice. */
  signal(signal: Signal): void {
    if (signal.type === 'typing') this.#outgoing.typing(signal.conversation, signal.active);
    if (signal.type !== 'presence') return;
    this.#sync.shown = signal.presence;
    this.#presence.show(signal.presence);
  }

  async #answered<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      if (signal.aborted) throw new WireError('aborted', 'it was taken back');
      return await this.#busy(work(AbortSignal.any([signal, this.#runtime.ended])));
    } catch (error) {
      throw NatterError.isInstance(error) ? error : new NatterError(mapError(error, 'conversation'));
    }
  }
}

/** Tells what has become readable, and forgets that it waited. */
async function heal(runtime: Runtime, roomSync: RoomSync, healed: readonly Healed[]): Promise<void> {
  const state: Record<string, string | null> = {};
  const remember: Remember = (key, value) => (state[key] = value);
  const events = healed.flatMap(({ room, event }) => {
    const known = runtime.rooms.get(room) ?? newRoom(room, 'leave');
    return mapHealed(event, roomSync.context(known, new Map(), { by: 'tail' }, remember));
  });
  for (const { key } of healed) state[key] = null;
  await runtime.host.commit({ origin: 'live', events, state });
}
