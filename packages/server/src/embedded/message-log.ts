import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { MarkerKind, MessageBody } from '@natter/native-protocol';
import type { PassCrashPoint } from '../crash-points.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import type {
  ChangeTarget,
  Marked,
  MessageLog,
  NewMessage,
  Placed,
  Range,
  RenderedMessage,
} from '../ports/message-log.ts';
import { Refusal } from '../ports/refusal.ts';
import { conversationWireId } from '../wire-ids.ts';
import type { Addresses } from './addresses.ts';
import { audienceOf } from './audience.ts';
import { bytesOrNull, integer, textOrNull } from './columns.ts';
import { tellPins } from './conversation-settings.ts';
import type { ConversationRecords } from './conversation-records.ts';
import type { FileReferences } from './file-references.ts';
import type { Journal, Participant } from './journal.ts';
import type { MessageIndex } from './message-index.ts';
import { MessageReader } from './message-reader.ts';
import { noSuchMessage, requireYoung } from './message-refusals.ts';
import { messageStatements } from './message-statements.ts';
import { renderMessageUpdate } from './render.ts';
import type { UpdateLog } from './update-log.ts';

/** What an embedded message log stands on. */
export interface MessageLogParts {
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly updates: UpdateLog;
  readonly addresses: Addresses;
  readonly records: ConversationRecords;
  readonly files: FileReferences;
  readonly search: MessageIndex;
  /** Milliseconds after which a message can no more be edited, or taken back; absent when it always can. */
  readonly ages: { readonly editAge?: number; readonly retractAge?: number };
  readonly pass: PassCrashPoint;
  readonly clock: () => number;
}

/** Conversations whose newest `seq` is remembered; past it all are forgotten and read again. */
const mostSequences = 100_000;
/** Different reactions that one message takes. */
const mostReactions = 500;
/** Members up to which they hear of each other's markers. */
const mostMarked = 32;

/** Messages in SQLite. Everything that writes is one job of the journal. */
export class SqliteMessageLog implements MessageLog, Participant {
  readonly #parts: MessageLogParts;
  readonly #sql: ReturnType<typeof messageStatements>;
  readonly #reader: MessageReader;
  readonly #sequences = new Map<ConversationId, number>();

  constructor(parts: MessageLogParts) {
    this.#parts = parts;
    this.#sql = messageStatements(parts.database);
    this.#reader = new MessageReader(parts.database, parts.addresses);
    parts.journal.join(this);
  }

  append(message: NewMessage): Promise<Placed> {
    if (message.body.attachments !== undefined) return this.#appendFiles(message);
    // Written out here and not in the job, since a job may run twice.
    const body = JSON.stringify(message.body);
    return this.#parts.journal.write(() => this.#place(message, body));
  }

  edit(target: ChangeTarget, body: MessageBody): Promise<void> {
    return this.#parts.journal.write(() => {
      const settled = this.#parts.files.settle(body, target.by);
      const text = JSON.stringify(settled);
      const members = this.#audience(target, target.by, target.seq);
      const { current, age } = this.#own(target);
      if (current === null) throw new Refusal('forbidden', 'A message that was taken back cannot be edited.');
      if (current === text) return;
      requireYoung(age, this.#parts.ages.editAge, 'edited');
      const files = this.#parts.files.require(settled, target.by);
      const time = this.#parts.clock();
      this.#sql.edit.run(text, digest(current), time, target.conversation, target.seq);
      this.#parts.files.set(target.conversation, target.seq, files, true);
      this.#parts.search.changed(target, body);
      const update = { kind: 'edit', ...this.#wire(target), body: settled, time };
      for (const member of members) this.#parts.updates.append(member, update, target);
    });
  }

  retract(target: ChangeTarget): Promise<void> {
    return this.#parts.journal.write(() => {
      const members = this.#audience(target, target.by, target.seq);
      const { current, age } = this.#own(target);
      if (current === null) return;
      requireYoung(age, this.#parts.ages.retractAge, 'taken back');
      const time = this.#parts.clock();
      this.#sql.retract.run(digest(current), time, target.conversation, target.seq);
      this.#parts.files.set(target.conversation, target.seq, [], true);
      this.#sql.clearReactions.run(target.conversation, target.seq);
      this.#sql.forgetTexts.run(target.conversation, target.seq);
      this.#parts.search.changed(target, null);
      this.#tell(members, { kind: 'retraction', ...this.#wire(target), time });
      if (this.#sql.unpin.run(target.conversation, target.seq).changes === 0) return;
      this.#parts.records.forget(target.conversation);
      tellPins(this.#parts, target.conversation, target.by);
    });
  }

  react(target: ChangeTarget, key: string, on: boolean): Promise<void> {
    return this.#parts.journal.write(() => {
      const members = this.#audience(target, target.by, target.seq);
      const row = this.#sql.select.get(target.conversation, target.seq);
      if (row === undefined) throw noSuchMessage();
      if (row['body'] === null) throw new Refusal('forbidden', 'The message was taken back.');
      const place = [target.conversation, target.seq, key, target.by] as const;
      if (
        on &&
        integer(this.#sql.countReactions.get(target.conversation, target.seq) ?? {}, 'count') >= mostReactions
      ) {
        throw new Refusal('full', 'The message has as many reactions as it takes.');
      }
      const { changes } = on ? this.#sql.addReaction.run(...place) : this.#sql.removeReaction.run(...place);
      if (changes === 0) return;
      this.#tell(members, { kind: 'reaction', ...this.#wire(target), key, on });
    });
  }

  mark(target: ChangeTarget, kind: MarkerKind): Promise<void> {
    return this.#parts.journal.write(() => {
      const members = this.#audience(target, target.by);
      const row = this.#sql.selectMarker.get(target.conversation, target.by);
      if (row === undefined) return;
      const seq = Math.min(target.seq, this.#lastSeq(target.conversation));
      if (seq <= integer(row, kind)) return;
      const delivered = Math.max(seq, integer(row, 'delivered'));
      const read = kind === 'read' ? seq : integer(row, 'read');
      this.#sql.updateMarker.run(delivered, read, target.conversation, target.by);
      // What many have read is told to nobody: it would cost the square of their number.
      const told = members.length <= mostMarked ? members : [target.by];
      this.#tell(told, { kind: 'marker', ...this.#wire({ ...target, seq }), marker: kind });
    });
  }

  range(
    conversation: ConversationId,
    range: Range,
    reader: AccountId,
  ): Promise<readonly { seq: number; message: RenderedMessage }[]> {
    return Promise.resolve(this.#reader.range(conversation, range, reader));
  }

  lastSeq(conversation: ConversationId): Promise<number> {
    return Promise.resolve(this.#lastSeq(conversation));
  }

  markers(conversation: ConversationId): Promise<readonly Marked[]> {
    const rows = this.#sql.selectMarkers.all(conversation);
    return Promise.resolve(
      rows.map((row) => ({
        account: integer(row, 'account'),
        delivered: integer(row, 'delivered'),
        read: integer(row, 'read'),
      })),
    );
  }

  committed(): void {}

  rolledBack(): void {
    this.#sequences.clear();
  }

  /** What is said of files is settled in the same moment as whether the sender may point to them. */
  #appendFiles(message: NewMessage): Promise<Placed> {
    return this.#parts.journal.write(() => {
      const body = this.#parts.files.settle(message.body, message.sender);
      const text = JSON.stringify(body);
      return this.#place({ ...message, body }, text);
    });
  }

  /**
   * A message is new nearly always, so it is written, and only when its client id is there already is that one looked for. Not
   * where the sender may be refused by now: that it is there already comes before that.
   */
  #place(message: NewMessage, body: string): Placed {
    const sure = message.members !== 'joined' && message.body.attachments === undefined;
    const placed =
      (sure ? null : this.#earlier(message, body)) ??
      this.#insert(message, body) ??
      this.#earlier(message, body);
    if (placed === null) throw new Error('a message conflicts with none');
    return placed;
  }

  /** The place of the same message sent before. */
  #earlier(message: NewMessage, body: string): Placed | null {
    const row = this.#sql.selectByClientId.get(message.sender, message.clientId);
    if (row === undefined) return null;
    const first = bytesOrNull(row, 'digest');
    const same = first === null ? textOrNull(row, 'body') === body : digest(body).equals(first);
    if (!same || integer(row, 'conversation') !== message.conversation) {
      throw new Refusal(
        'conflict',
        'This client id was used before for another message; take a new one for each message.',
      );
    }
    return { seq: integer(row, 'seq'), time: integer(row, 'time'), duplicate: true, expiresAt: null };
  }

  /** `null`, and nothing is written, when the sender has used this client id before. */
  #insert(message: NewMessage, body: string): Placed | null {
    const { conversation, sender, clientId } = message;
    const members = this.#audience(message, sender);
    const files = this.#parts.files.require(message.body, sender);
    const seq = this.#lastSeq(conversation) + 1;
    const time = this.#parts.clock();
    const expiry = this.#parts.records.current(conversation)?.expiry ?? null;
    const expiresAt = expiry === null ? null : time + expiry;
    const { changes } = this.#sql.insert.run(conversation, seq, sender, clientId, time, body, expiresAt);
    if (changes === 0) return null;
    this.#sequences.set(conversation, seq);
    if (files.length > 0) this.#parts.files.set(conversation, seq, files, false);
    this.#parts.pass('after-message-row');
    const row = {
      conversation,
      seq,
      from: this.#parts.addresses.of(sender),
      clientId: null,
      time,
      body,
      editedAt: null,
      retractedAt: null,
      expiresAt,
    };
    const forOthers = renderMessageUpdate(row);
    for (const member of members) {
      const text = member === sender ? renderMessageUpdate({ ...row, clientId }) : forOthers;
      this.#parts.updates.appendMessage(member, conversation, seq, text);
    }
    return { seq, time, duplicate: false, expiresAt };
  }

  #lastSeq(conversation: ConversationId): number {
    const known = this.#sequences.get(conversation);
    if (known !== undefined) return known;
    const seq = integer(this.#sql.selectLast.get(conversation) ?? {}, 'seq');
    if (this.#sequences.size >= mostSequences) this.#sequences.clear();
    this.#sequences.set(conversation, seq);
    return seq;
  }

  /** A message that `by` has written: its body, `null` when it was retracted, and how old it is. */
  #own(target: ChangeTarget): { readonly current: string | null; readonly age: number } {
    const row = this.#sql.select.get(target.conversation, target.seq);
    if (row === undefined) throw noSuchMessage();
    if (integer(row, 'sender') !== target.by)
      throw new Refusal('forbidden', 'Only its author can change a message.');
    return { current: textOrNull(row, 'body'), age: this.#parts.clock() - integer(row, 'time') };
  }

  #wire(target: ChangeTarget): { conversation: string; seq: number; by: string } {
    return {
      conversation: conversationWireId(target.conversation),
      seq: target.seq,
      by: this.#parts.addresses.of(target.by),
    };
  }

  /** Read inside the transaction: who is kicked at the same time is out, and who joins is in. */
  #audience(
    of: Pick<ChangeTarget, 'conversation' | 'members'>,
    by: AccountId,
    seq?: number,
  ): readonly AccountId[] {
    if (of.members !== 'joined') return of.members;
    return audienceOf(this.#parts.records.current(of.conversation), by, seq);
  }

  #tell(
    members: readonly AccountId[],
    update: Readonly<Record<string, unknown>> & { readonly kind: string },
  ): void {
    for (const member of members) this.#parts.updates.append(member, update);
  }
}

function digest(body: string): Buffer {
  return hash('sha256', body, 'buffer');
}
