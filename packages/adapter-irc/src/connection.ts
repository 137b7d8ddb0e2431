import {
  accountScope,
  type Op,
  type Outcome,
  type Page,
  type PageRequest,
  type Queries,
  type Signal,
} from '@natter/core';
import { NatterError, type BlobId, type Opaque, type ScopeKey } from '@natter/core/model';
import { accountCapabilities } from './capabilities.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { makeRuntime } from './make-runtime.ts';
import { Announcements } from './features/announcements.ts';
import { CatchUp } from './features/catch-up.ts';
import { ChannelRenames } from './features/channel-renames.ts';
import { Channels } from './features/channels.ts';
import { CONTACT_STATE } from './features/contact-book.ts';
import { Contacts } from './features/contacts.ts';
import { CtcpReplies } from './features/ctcp-replies.ts';
import { DOUBT_STATE } from './features/doubts.ts';
import { History } from './features/history.ts';
import { Messages } from './features/messages.ts';
import { Netsplits } from './features/netsplits.ts';
import { NickKeeper } from './features/nick-keeper.ts';
import { Outgoing, refused } from './features/outgoing.ts';
import { POSITION_STATE } from './features/positions.ts';
import { Questions } from './features/queries.ts';
import { ReadMarkers } from './features/read-markers.ts';
import { Rejoin } from './features/rejoin.ts';
import { ROOM_STATE } from './features/room-book.ts';
import { RoomChanges } from './features/room-changes.ts';
import { Who } from './features/who.ts';
import { unsupported } from './interactions.ts';
import { awayReason } from './mapping/away.ts';
import { mapError } from './mapping/errors.ts';
import { keyOf, type Feature, type Runtime } from './runtime.ts';
import { BatchAssembler, isBatch, withLabel, type Batch } from './wire/batches.ts';
import { WireError } from './wire/error.ts';
import { lastParam, param, type IrcLine } from './wire/line.ts';
import type { SignedIn } from './open-connection.ts';

/** The features of one signed-in connection, wired together. It lives as long as the connection. */
export class Connection {
  readonly #runtime: Runtime;
  readonly #negotiation: SignedIn['registered']['negotiation'];
  readonly #strictTransport: SignedIn['strictTransport'];
  readonly #batches = new BatchAssembler();
  readonly #features: readonly Feature[];
  readonly #messages: Messages;
  readonly #contacts: Contacts;
  readonly #channels: Channels;
  readonly #who: Who;
  readonly #netsplits: Netsplits;
  readonly #outgoing: Outgoing;
  readonly #rooms: RoomChanges;
  readonly #questions: Questions;
  readonly #history: History;
  readonly #catchUp: CatchUp;
  readonly #markers: ReadMarkers;
  readonly #nick: NickKeeper;
  readonly #announcements: Announcements;
  /** Ends with the connection. */
  readonly #signal: AbortSignal;
  /** The server's last word, which says more than the closed connection after it. */
  farewell: WireError | null = null;

  constructor(parts: ConnectionParts) {
    const { signedIn, wantedNick, signal } = parts;
    this.#signal = signal;
    const { connection, registered } = signedIn;
    const { support, negotiation } = registered;
    const runtime = makeRuntime(parts);
    this.#runtime = runtime;
    this.#negotiation = negotiation;
    this.#strictTransport = signedIn.strictTransport;
    this.#contacts = new Contacts(runtime);
    this.#messages = new Messages(runtime, this.#contacts);
    this.#channels = new Channels(runtime, {
      entered: (key) => this.#catchUp.entered(key, signal),
      listed: (channel) => this.#who.listed(channel),
    });
    this.#who = new Who(runtime, this.#channels, signal);
    this.#netsplits = new Netsplits(runtime, this.#channels);
    this.#outgoing = new Outgoing(runtime, this.#messages);
    this.#rooms = new RoomChanges(runtime, this.#channels);
    this.#questions = new Questions(runtime, this.#channels);
    this.#history = new History(
      runtime,
      this.#messages,
      (key) => this.#channels.all.has(key) || this.#messages.knows(key) || this.#contacts.has(key),
    );
    this.#markers = new ReadMarkers(runtime, this.#history, signal);
    this.#catchUp = new CatchUp(runtime, this.#history, {
      introduce: (key, address) => this.#messages.introduce(key, address),
      told: (key) => this.#markers.ask(key),
      caughtUp: (key) => this.#markers.caughtUp(key),
    });
    this.#nick = new NickKeeper(runtime, wantedNick);
    this.#announcements = new Announcements(runtime, this.#channels);
    for (const line of registered.said) this.#announcements.take(line);
    this.#features = [
      this.#netsplits,
      this.#channels,
      new ChannelRenames(runtime, this.#channels, (from, to) => this.#messages.renamed(from, to)),
      this.#who,
      this.#contacts,
      this.#messages,
      this.#markers,
      new CtcpReplies(runtime),
      this.#announcements,
      this.#nick,
    ];
    connection.bounds = { bodyBytes: support.number('LINELEN', 512) };
  }

  /** Tells who we are, takes the list of contacts up and enters the channels of last time. */
  async begin(): Promise<void> {
    const signal = this.#signal;
    const { host, commits, nick, support } = this.#runtime;
    this.#tellCapabilities();
    commits.add({ type: 'self', key: keyOf(this.#runtime, nick), name: nick });
    if (!(await commits.flush())) return;
    this.#runtime.positions.load(await host.state(POSITION_STATE));
    this.#runtime.doubts.load(await host.state(DOUBT_STATE));
    this.#contacts.start(await host.state(CONTACT_STATE), signal);
    const rooms = await host.state(ROOM_STATE);
    // Only now is known what the lines are about that came right behind the welcome.
    const { connection } = this.#runtime;
    connection.listen({ line: (line) => this.#receive(line), drained: () => this.#drained() });
    // Not awaited: a channel that lets nobody in must not hold up the account.
    void new Rejoin(this.#runtime, this.#channels).enterAll(rooms, signal);
    this.#nick.start();
    this.#announcements.tell();
    const botMode = support.get('BOT');
    if (this.#runtime.config.bot && botMode !== undefined && /^[A-Za-z]$/.test(botMode))
      connection.hint('MODE', [nick, `+${botMode}`]);
  }

  /** Leaves no timer behind. */
  stop(): void {
    this.#contacts.stop();
    this.#netsplits.stop();
    this.#nick.stop();
  }

  #tellCapabilities(): void {
    const { host, enabled, support, files } = this.#runtime;
    const features = { enabled, denied: support.get('CLIENTTAGDENY'), files: files.url !== null };
    host.capabilities('account', accountCapabilities(features));
  }

  #drained(): void {
    this.#announcements.tell();
    void this.#runtime.commits.flush();
  }

  #receive(line: IrcLine): void {
    const item = this.#batches.take(line);
    if (item === null) return;
    // A page of history that was asked for is for who asked.
    if (isBatch(item) && /^(?:draft\/)?chathistory/.test(item.type) && this.#runtime.asks.take(item)) return;
    this.#dispatch(item);
    this.#runtime.asks.take(item);
  }

  /** What came, to every feature. */
  #dispatch(item: IrcLine | Batch): void {
    if (!isBatch(item)) return this.#line(item);
    const whole = Messages.whole(item);
    if (whole !== null) return this.#line(whole);
    if (item.type === 'chathistory' || item.type === 'znc.in/playback') return this.#played(item);
    const dispatch = (): void => {
      for (const each of item.items) this.#dispatch(withLabel(each, item.tags.get('label')));
    };
    if (item.type === 'netsplit' || item.type === 'netjoin')
      this.#netsplits.within(item.type, item.params, dispatch);
    else dispatch();
  }

  /** History that a bouncer plays without being asked: what was said is news, and who came and went is not. */
  #played(batch: Batch): void {
    if (batch.tags.has('label')) return;
    const names = this.#messages.names();
    for (const line of Messages.pageLines(batch)) this.#messages.take(line, names);
  }

  #line(line: IrcLine): void {
    if (line.command === 'ERROR') {
      this.farewell = new WireError('closed-by-server', lastParam(line), { line });
      return;
    }
    if (line.command === 'CAP') {
      this.#negotiation.take(line);
      const strict =
        param(line, 1).toUpperCase() === 'NEW' ? this.#negotiation.offered.get('sts') : undefined;
      if (strict !== undefined && this.#runtime.connection.secure) this.#strictTransport.told(strict);
      this.#tellCapabilities();
      return;
    }
    if (line.command === '005') this.#runtime.support.add(line.params.slice(1, -1));
    const old = line.command === 'NICK' && line.source !== null ? this.#contacts.keyFor(line) : null;
    for (const feature of this.#features) feature.take(line);
    if (old !== null) this.#messages.renamed(old, keyOf(this.#runtime, param(line, 0)));
  }

  async perform(op: Op, signal: AbortSignal): Promise<Outcome> {
    const { body } = op;
    switch (body.type) {
      case 'send':
        return this.#outgoing.send(op, body, signal);
      case 'retract':
        return this.#outgoing.retract(op, body, signal);
      case 'react':
        return this.#outgoing.react(op, body, signal);
      case 'room':
        return this.#rooms.perform(op, body.change, signal);
      case 'roster':
        return this.#contacts.perform(op, body.change, signal);
      case 'profile':
        if (body.change.action === 'name') return this.#nick.rename(body.change.name, signal);
        return body.change.action === 'avatar'
          ? refused('unsupported', 'people on IRC have no pictures')
          : refused('unsupported', 'the password of an account on IRC is changed with its services');
      case 'edit':
        return refused('unsupported', 'on IRC nothing that was said can be changed');
      case 'mark-read':
        return this.#markers.mark(op, body, signal);
    }
  }

  catchUp(scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page> {
    if (scope !== accountScope || !this.#runtime.positions.kept)
      return Promise.reject(unsupported('to catch up'));
    return answered(this.#catchUp.page(after, signal));
  }

  download(
    url: string,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ etag?: string; done: boolean }> {
    return this.#runtime.files.download(url, blob, offset, signal);
  }

  history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    return answered(this.#history.page(request, signal));
  }

  query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]>;
  query(name: keyof Queries, argument: unknown, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return answered(Promise.reject(new WireError('aborted', 'it was taken back')));
    switch (name) {
      case 'resolve':
        return Promise.resolve(this.#questions.resolve(argument as Queries['resolve'][0]));
      case 'members':
        return answered(this.#questions.members(argument as Queries['members'][0], signal));
      case 'rooms':
        return answered(this.#questions.rooms(argument as Queries['rooms'][0], signal));
      case 'profile':
        return Promise.reject(unsupported('the profile of a contact'));
      case 'search':
      case 'devices':
      case 'revoke-device':
        return Promise.reject(unsupported(`the question "${name}"`));
    }
  }

  /** Tells the network what it need not be told twice. */
  signal(signal: Signal): void {
    if (signal.type === 'typing') this.#outgoing.typing(signal.conversation, signal.active);
    if (signal.type !== 'presence') return;
    const reason = awayReason(signal.presence);
    this.#runtime.connection.hint('AWAY', reason === null ? [] : [reason]);
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw NatterError.isInstance(error) ? error : new NatterError({ ...mapError(error, 'conversation') });
  }
}
