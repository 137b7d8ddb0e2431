import type { Adapter, JsonObject, RemoteKey } from '@natter/core';

/** What a case runs against: made anew for every case, so that none can lean on another. */
export interface AdapterSetup {
  readonly adapter: Adapter;
  /** The account to sign in; it exists on the network and has no contacts and no messages yet. */
  readonly account: {
    readonly address: string;
    readonly config: JsonObject;
    /** The right answers to the fields of sign-in, by field name. */
    readonly answers: Readonly<Record<string, string>>;
  };
  /** Somebody else on the same network, who acts without natter. */
  readonly peer: Peer;
  /** How long a case waits for something to happen, in milliseconds. Default 8000. */
  readonly patience?: number;
  /** What the harness can make the network do. On a server of somebody else's: nothing. */
  readonly means?: Partial<Means>;
  /** Frees everything. */
  close(): Promise<void>;
}

/** A message as the peer got it. */
export interface PeerMessage {
  readonly text: string;
  /** What the peer calls it in its own later acts. */
  readonly id: string;
}

/**
 * A second party on the network. The first three are always needed. A case about a capability needs the acts for it; a
 * case that an optional act is missing for is skipped by name. Conversations are named by the adapter's key; `null` is
 * the direct one with the account.
 */
export interface Peer {
  /** What a person types to reach the peer. */
  readonly address: string;
  /** What the adapter calls the peer as a sender and contact. */
  readonly key: RemoteKey;
  /** Sends a text; resolves with the peer's name for it when the network has taken it. */
  send(text: string, options?: PeerSend): Promise<string>;
  /** The direct messages that the peer got from the account so far, in the network's order. */
  received(): Promise<readonly PeerMessage[]>;
  /** Edits one of its own messages, by its own name for it. */
  edit?(id: string, text: string): Promise<void>;
  /** Retracts one of its own messages. */
  retract?(id: string): Promise<void>;
  /** Reacts to a message of the account that it received. */
  react?(id: string, key: string): Promise<void>;
  /** How the peer sees a message of the account now. */
  look?(id: string): Promise<{ text: string | null; reactions: readonly string[]; replyTo: string | null }>;
  /** Begins to type in the direct conversation, or stops. */
  typing?(active: boolean): Promise<void>;
  /** Tells that it has read up to a message that it received. */
  markRead?(id: string): Promise<void>;
  /** Tells that a message of the account has arrived, by the peer's name for it. */
  confirm?(id: string): Promise<void>;
  /** The name (by the peer's ids) of the last message that the account has read. */
  readByAccount?(): Promise<string | null>;
  /** Asks to see the account's presence. */
  request?(text: string): Promise<void>;
  /** Answers the account's request once it is there. */
  answer?(granted: boolean): Promise<void>;
  /** Shows a presence with a text. */
  appear?(availability: 'available' | 'away' | 'dnd', text: string): Promise<void>;
  /** How the account's presence looks to the peer, who may see it. */
  sees?(): Promise<{ availability: string; text: string | null } | null>;
  /** Opens a group and invites the account; resolves with what the adapter calls it. */
  invite?(name: string): Promise<string>;
  /** Accepts the invitation to a group that the account opened. */
  accept?(room: RemoteKey): Promise<void>;
  /** Enters a room that the account opened. */
  join?(room: RemoteKey): Promise<void>;
  /** What the adapter calls the peer in a room that it entered, where that is not {@link Peer.key}. */
  keyIn?(room: RemoteKey): RemoteKey;
  /** Leaves a room. */
  leave?(room: RemoteKey): Promise<void>;
  /** The texts that the peer got in a room. */
  heard?(room: RemoteKey): Promise<readonly string[]>;
  /** Opens a public room; resolves with its address. */
  open?(name: string): Promise<string>;
  /** Sends a file; resolves when the network has taken it. */
  sendFile?(name: string, bytes: Uint8Array): Promise<void>;
  /** The bytes of the last file that it received. */
  receivedFile?(): Promise<Uint8Array | null>;
}

/** How a peer sends. */
export interface PeerSend {
  /** A room instead of the direct conversation. */
  readonly room?: RemoteKey;
  /** The sender-chosen id, where the network lets a sender choose. */
  readonly claimed?: string;
  /** The peer's name for the message that this one answers. */
  readonly replyTo?: string;
  /** Mentions the account. */
  readonly mention?: boolean;
}

/** What the harness can make the network do. Each takes effect at once, and on connections to come. */
export interface Means {
  /** Breaks the account's connection. */
  cut(): void;
  /** Nobody can connect while true. */
  down(down: boolean): void;
  /** Everything that is pushed to the account comes twice. */
  duplicate(): void;
  /** What is pushed to the account is overtaken by the next, often. */
  reorder(): void;
  /** When the account is shown its own messages, measured by the answer to the send. */
  echo(when: 'before' | 'after' | 'none'): void;
  /** The next send is carried out, and the connection breaks before the answer. */
  loseAnswer(): void;
  /** The network's certificate is unknown until the user trusts it. */
  distrust(): void;
  /** The peer gets another address; the contact's key changes, and with it what it is called in conversations. */
  renamePeer(): { from: RemoteKey; to: RemoteKey };
  /** The direct conversation with the peer gets another key. */
  rekeyConversation(): { from: RemoteKey; to: RemoteKey };
  /** The peer sends a text under an id that is not final; calling the answer makes it so. */
  sendUnsettled(text: string): () => { from: RemoteKey; to: RemoteKey };
  /** The peer sends a text that cannot be read; calling the answer brings the key. */
  sendLocked(text: string): () => void;
  /** The peer says all of this to the account as fast as it can; resolves when the network has it. */
  flood(texts: readonly string[]): Promise<void>;
  /** A third party sends a text with a claimed id that the peer used too, in a room where both are. */
  sendAsThird(room: RemoteKey, text: string, claimed: string): void;
}
