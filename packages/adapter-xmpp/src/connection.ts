import type {
  Event,
  Interaction,
  InteractionSubject,
  Op,
  Outcome,
  Page,
  PageRequest,
  RoomListing,
  Signal,
} from '@natter/core';
import { remoteKey, type BlobId, type Opaque, type OwnPresence, type RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { Commits } from './commits.ts';
import { Archive } from './features/archive.ts';
import { downloadAvatar } from './features/avatar-download.ts';
import { Blocking } from './features/blocking.ts';
import { Displayed } from './features/displayed.ts';
import { EntityInfo } from './features/entity-info.ts';
import { Files } from './features/files.ts';
import { Gateways } from './features/gateways.ts';
import { Messages } from './features/messages.ts';
import { Outgoing } from './features/outgoing.ts';
import { deletion, passwordChange } from './features/own-account.ts';
import { OwnProfile } from './features/own-profile.ts';
import { PersonalEvents } from './features/personal-events.ts';
import { Profiles } from './features/profiles.ts';
import { PresenceFeature } from './features/presence.ts';
import { Reconciliation } from './features/reconciliation.ts';
import { reply, respond } from './features/responder.ts';
import { RosterChanges } from './features/roster-changes.ts';
import { roomForm } from './features/rooms/room-form.ts';
import { Rooms } from './features/rooms/rooms.ts';
import { fromOwnAccount, Roster } from './features/roster.ts';
import { sendAgain } from './features/send-again.ts';
import { Services } from './features/services.ts';
import { Signals } from './features/signals.ts';
import { askName } from './features/vcards.ts';
import type { AvatarAddress } from './mapping/personal.ts';
import type { Runtime } from './runtime.ts';
import { asWireError, WireError } from './wire/error.ts';
import type { Binding } from './wire/login.ts';
import { NS } from './wire/namespaces.ts';

/** How a connection begins. */
export interface Beginning {
  readonly binding: Binding;
  /** Whether what this process knows of others' presence still holds. */
  readonly known: boolean;
  /** What contacts shall see of us. */
  readonly presence: OwnPresence;
}

/** The features of one signed-in stream, wired together. It lives as long as the stream. */
export class Connection {
  readonly #runtime: Runtime;
  readonly #roster: Roster;
  readonly #presence: PresenceFeature;
  readonly #messages: Messages;
  readonly #archive: Archive;
  readonly #blocking: Blocking;
  readonly #reconciliation: Reconciliation;
  readonly #outgoing: Outgoing;
  readonly #rosterChanges: RosterChanges;
  readonly #rooms: Rooms;
  readonly #files: Files;
  readonly #gateways: Gateways;
  readonly #ownProfile: OwnProfile;
  readonly #displayed: Displayed;
  readonly #personalEvents: PersonalEvents;
  readonly #over = new AbortController();
  readonly #signals: Signals;
  /** Resolves with what ended the stream; null after an orderly end. */
  readonly ended: Promise<WireError | null>;

  constructor(parts: Omit<Runtime, 'commits' | 'bounced'>) {
    const { stream, host } = parts;
    const runtime: Runtime = { ...parts, commits: new Commits(host, stream), bounced: new Map() };
    this.#runtime = runtime;
    this.#roster = new Roster(runtime);
    const services = new Services(stream, parts.server.itself);
    const profiles = new Profiles(runtime);
    const entities = new EntityInfo(runtime);
    this.#presence = new PresenceFeature(runtime, profiles, entities);
    this.#signals = new Signals(runtime, this.#presence);
    this.#messages = new Messages(runtime);
    this.#archive = new Archive(runtime);
    this.#blocking = new Blocking(runtime);
    this.#reconciliation = new Reconciliation(runtime, this.#archive);
    this.#outgoing = new Outgoing(runtime, this.#archive, this.#reconciliation);
    this.#rosterChanges = new RosterChanges(runtime);
    this.#rooms = new Rooms(runtime, this.#archive, services);
    this.#files = new Files(runtime, services);
    this.#gateways = new Gateways(runtime, services, entities);
    this.#ownProfile = new OwnProfile(runtime, this.#presence);
    this.#displayed = new Displayed(runtime, this.#archive);
    this.#personalEvents = new PersonalEvents(runtime, [
      this.#displayed.subscriber,
      this.#rooms.subscriber,
      ...profiles.subscribers,
    ]);
    this.ended = new Promise((resolve) => {
      stream.start({
        stanza: (stanza, number) => this.#receive(stanza, number),
        storeWanted: () => void runtime.commits.storeProgress(),
        ended: (error) => {
          this.#reconciliation.stop();
          this.#rooms.stop();
          this.#over.abort();
          resolve(error);
        },
      });
    });
  }

  /** Brings everything up to date after sign-in, in the order that loses nothing: presence last, as it opens the gates. */
  async synchronize({ binding, known, presence }: Beginning, signal: AbortSignal): Promise<void> {
    const { stream, host, commits, server, own } = this.#runtime;
    await commits.storeProgress(); // a crash from here on finds the session to take up
    const self: Event = { type: 'self', key: remoteKey(own), address: own };
    if (!binding.resumed) await commits.batch({ origin: 'snapshot', events: [self] });
    await this.#gateways.recall();
    await this.#roster.recall();
    await this.#rooms.recall();
    if (!binding.resumed) {
      if (server.carbons && !binding.carbons)
        await this.#tolerant(
          stream.request('set', null, new Element('enable', { xmlns: NS.carbons }), signal),
        );
      await this.#roster.load(stream.features?.getChild('ver', NS.rosterVersioning) !== undefined, signal);
      if (server.blocking) await this.#tolerant(this.#blocking.load(signal));
      return this.#presence.announce(presence);
    }
    sendAgain(this.#runtime, binding.handledBefore);
    host.roster('ready');
    if (known) {
      this.#presence.repeatKnown();
      return this.#presence.announceChange(presence);
    }
    // The session of an earlier process goes on and nobody tells again who is there: leaving and coming back asks.
    this.#presence.announce({ availability: 'invisible', text: null });
    this.#presence.announce(presence);
  }

  perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    if (op.body.type === 'roster') return this.#rosterChanges.perform(op.body.change, signal);
    if (isRoomChange(op)) return this.#rooms.change(op, signal);
    if (op.body.type === 'profile') return this.#ownProfile.perform(op.body.change, signal);
    return this.#say(op, signal);
  }

  /** Files go first: what is said is where they are. */
  async #say(given: Op, signal: AbortSignal): Promise<Outcome> {
    const prepared = await this.#files.prepare(given, signal);
    if ('result' in prepared) return prepared;
    const room = this.#rooms.roomAt(prepared.conversation);
    const outcome =
      room !== undefined
        ? await this.#rooms.perform(room, prepared, signal)
        : await this.#outgoing.perform(prepared, signal);
    const { body, conversation } = prepared;
    if (body.type === 'mark-read' && outcome.result === 'accepted' && typeof conversation === 'string')
      await this.#displayed.publish(conversation, body.upTo, signal);
    return outcome;
  }

  verify(op: Op, signal: AbortSignal): Promise<Outcome> {
    const room = this.#rooms.roomAt(op.conversation);
    if (room !== undefined) return this.#rooms.verify(room, op, signal);
    return this.#outgoing.verify(op, signal);
  }

  history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const room = this.#rooms.roomAt(request.conversation);
    if (room !== undefined) return this.#rooms.history(room, request, signal);
    return this.#archive.history(request, signal);
  }

  /** What can wait until the session is usable: nobody waits for a slow room, or for what a gateway says. */
  settleIn(known: boolean): void {
    void this.#rooms.start(known);
    void this.#lookAround(known);
  }

  async #lookAround(known: boolean): Promise<void> {
    const { signal } = this.#over;
    const { host } = this.#runtime;
    try {
      if (!known) await this.#displayed.load(signal);
      await this.#gateways.look(signal);
    } catch (error) {
      if (!signal.aborted)
        host.log('info', 'xmpp-look-around-failed', { message: asWireError(error).message });
    }
  }

  /** What somebody calls themselves; null when they do not say. */
  nameOf(address: string, signal: AbortSignal): Promise<string | null> {
    return askName(this.#runtime.stream, address, signal);
  }

  searchRooms(text: string, signal: AbortSignal): Promise<readonly RoomListing[]> {
    return this.#rooms.search(text, signal);
  }

  downloadAvatar(address: AvatarAddress, blob: BlobId, signal: AbortSignal): Promise<void> {
    return downloadAvatar(this.#runtime, address, blob, signal);
  }

  /** What the user is asked for; null where there is nothing of that kind. */
  interact(about: InteractionSubject, target: RemoteKey | null): Interaction | null {
    if (about === 'password') return passwordChange(this.#runtime);
    if (about === 'unregister') return deletion(this.#runtime);
    return target === null ? null : roomForm(this.#runtime.stream, about, target);
  }

  async members(conversation: RemoteKey, signal: AbortSignal): Promise<Page> {
    const room = this.#rooms.roomAt(conversation);
    if (room === undefined)
      throw new WireError('stanza-error', 'this is no room that you are in', { condition: 'item-not-found' });
    return this.#rooms.members(room, signal);
  }

  async catchUp(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    const page = await this.#archive.catchUp(after, signal);
    this.#reconciliation.caughtUp(page);
    return page;
  }

  /** Tells the network what it need not be told twice. */
  signal(signal: Signal): void {
    this.#signals.send(signal);
  }

  #receive(stanza: Element, number: number): void {
    const kept = this.#dispatch(stanza, number);
    if (!kept) this.#runtime.stream.finished(number);
  }

  /** True when the stanza is on its way to the store, which then finishes it. */
  #dispatch(stanza: Element, number: number): boolean {
    switch (stanza.name) {
      case 'message':
        if (this.#archive.receive(stanza)) return false;
        return (
          this.#personalEvents.receive(stanza, number) ??
          this.#rooms.receiveMessage(stanza, number) ??
          this.#messages.receive(stanza, number)
        );
      case 'presence':
        if (this.#rooms.receivePresence(stanza)) return false;
        return this.#presence.receive(stanza, number);
      default:
        return this.#request(stanza, number);
    }
  }

  #request(iq: Element, number: number): boolean {
    const { stream, own, host } = this.#runtime;
    const push = this.#pushOf(iq);
    if (push === null) {
      respond(stream, iq, this.#runtime.self);
      return false;
    }
    if (!fromOwnAccount(iq, own)) {
      host.log('warn', 'xmpp-forged-push'); // not even answered: RFC 6121 section 2.1.6
      return false;
    }
    void push(number).then((stored) => (stored ? reply(stream, iq) : stream.finished(number)));
    return true;
  }

  #pushOf(iq: Element): ((number: number) => Promise<boolean>) | null {
    if (iq.attrs['type'] !== 'set') return null;
    if (iq.getChild('query', NS.roster) !== undefined) return (number) => this.#roster.push(iq, number);
    if (iq.getChild('block', NS.blocking) ?? iq.getChild('unblock', NS.blocking)) {
      return (number) => this.#blocking.push(iq, number);
    }
    return null;
  }

  /** For what a server may refuse without the session being of no use. */
  async #tolerant(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== 'stanza-error') throw error;
      this.#runtime.host.log('warn', 'xmpp-feature-refused', { condition: error.condition });
    }
  }
}

function isRoomChange(op: Op): op is Op & { body: { type: 'room' } } {
  return op.body.type === 'room';
}
