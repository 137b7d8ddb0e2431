import type {
  Attachment,
  ConversationKind,
  ErrorCode,
  FormatNode,
  MemberState,
  OwnPresence,
  Role,
  Subscription,
} from '@natter/core';

/** The memory network's own words: plain data in both directions, nothing of natter's contract. */

/** What a message says on this network. */
export interface Body {
  kind: 'text' | 'emote' | 'notice' | 'attachment';
  text: string;
  formatted?: readonly FormatNode[];
  attachments?: readonly Attachment[];
  replyTo?: { id: string; quote: string };
  thread?: string;
  mentions?: readonly string[];
}

/** A message as it travels. */
export interface WireMessage {
  id: string;
  /** Its place in the conversation, from 1. */
  position: number;
  /** The message before it in the conversation. */
  previous: string | null;
  conversation: string;
  from: string;
  fromName: string | null;
  /** Chosen by the sender. */
  clientId: string | null;
  sentAt: number;
  /** Null while we have no key for it. */
  body: Body | null;
}

/** A later change of a message, by its author or, for reactions, by anybody. */
export type Change =
  | { type: 'edit'; conversation: string; id: string; by: string; body: Body; at: number }
  | {
      type: 'retract';
      conversation: string;
      id: string;
      by: string;
      reason: string | null;
      at: number;
      moderator: boolean;
    }
  | { type: 'react'; conversation: string; id: string; by: string; key: string; on: boolean }
  | { type: 'decrypted'; conversation: string; id: string; by: string; body: Body };

/** A roster entry of an account. */
export interface RosterEntry {
  address: string;
  name: string | null;
  alias: string | null;
  groups: readonly string[];
  subscription: Subscription;
  request: string | null;
  blocked: boolean;
}

/** A member of a conversation. */
export interface WireMember {
  address: string;
  name: string | null;
  role: Role;
  state: MemberState;
}

/** A conversation as one account sees it. */
export interface WireConversation {
  key: string;
  kind: ConversationKind;
  /** The other side of a direct conversation. */
  with: string | null;
  title: string | null;
  topic: string | null;
  state: 'joined' | 'invited' | 'left' | 'banned';
  role: Role;
}

/** What is kept in an account's log and told to each of its devices. */
export type Update =
  | { type: 'message'; message: WireMessage }
  | Change
  | { type: 'marker'; conversation: string; by: string; kind: 'delivered' | 'read'; id: string }
  | { type: 'contact'; contact: RosterEntry }
  | { type: 'contact-removed'; address: string }
  | { type: 'conversation'; conversation: WireConversation }
  | { type: 'member'; conversation: string; member: WireMember }
  | { type: 'rekey'; of: 'contact' | 'conversation'; from: string; to: string }
  | { type: 'rekey'; of: 'message' | 'participant'; conversation: string; from: string; to: string };

/** What is told to who is there and then forgotten. */
export type Passing =
  | { type: 'presence'; address: string; device: string; presence: OwnPresence | null; since: number }
  | { type: 'typing'; conversation: string; address: string; name: string | null; active: boolean };

/** What a device is sent unasked. `at` is the place in the account's log, from 1; null for what is not in it. */
export interface Push {
  at: number | null;
  update: Update | Passing;
}

/** What a device, or a test's second party, may ask for. */
export type Command =
  | { do: 'send'; to: string | { direct: string }; clientId: string | null; body: Body }
  | { do: 'edit'; conversation: string; id: string; body: Body }
  | { do: 'retract'; conversation: string; id: string; reason: string | null }
  | { do: 'react'; conversation: string; id: string; key: string; on: boolean }
  | { do: 'mark'; conversation: string; id: string; kind: 'delivered' | 'read' }
  | { do: 'find'; clientId: string }
  | { do: 'roster' }
  | {
      do: 'roster-add';
      address: string;
      alias: string | null;
      groups: readonly string[];
      text: string | null;
    }
  | { do: 'roster-set'; address: string; alias: string | null; groups: readonly string[] }
  | { do: 'roster-answer'; address: string; granted: boolean }
  | { do: 'roster-remove'; address: string }
  | { do: 'roster-block'; address: string; blocked: boolean }
  | { do: 'conversations' }
  | {
      do: 'room-create';
      name: string;
      kind: 'group' | 'channel';
      topic: string | null;
      invite: readonly string[];
      clientId: string | null;
    }
  | { do: 'room-join'; room: string }
  | { do: 'room-leave'; room: string }
  | { do: 'room-invite'; room: string; address: string }
  | { do: 'room-remove'; room: string; address: string; how: 'kick' | 'ban' | 'unban' }
  | { do: 'room-role'; room: string; address: string; role: Role }
  | { do: 'room-text'; room: string; what: 'topic' | 'title'; text: string }
  | { do: 'members'; room: string }
  | { do: 'rooms'; text: string }
  | { do: 'resolve'; address: string }
  | { do: 'name'; name: string | null }
  | { do: 'password'; password: string }
  | { do: 'presence'; presence: OwnPresence }
  | { do: 'typing'; conversation: string; active: boolean }
  | { do: 'sync'; after: number }
  | { do: 'page'; conversation: string; after: string | null; before: string | null; limit: number }
  | { do: 'upload'; bytes: Uint8Array }
  | { do: 'download'; file: string; offset: number };

/** What the server says to a command. */
export interface Answers {
  send: { message: WireMessage; at: number };
  find: { id: string; conversation: string } | null;
  roster: readonly RosterEntry[];
  conversations: readonly WireConversation[];
  'room-create': { key: string };
  'room-join': { key: string };
  members: readonly WireMember[];
  rooms: readonly { address: string; name: string | null; topic: string | null; members: number }[];
  resolve: { address: string; name: string | null } | null;
  /** `holes`: what was left out because it was too much. */
  sync: { updates: readonly Update[]; at: number; more: boolean; holes: readonly Hole[] };
  page: { messages: readonly WireMessage[]; changes: readonly Change[]; start: boolean; end: boolean };
  upload: { file: string };
  download: { bytes: Uint8Array; total: number };
}

/** Messages between two others that a sync left out. Null `after`: from the start. */
export interface Hole {
  conversation: string;
  after: string | null;
  before: string;
}

/** The answer to a command; most only say that it was done. */
export type AnswerTo<Name extends Command['do']> = Name extends keyof Answers ? Answers[Name] : null;

/** The server says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
