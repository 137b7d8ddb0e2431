import type { AccountId, ConversationId } from './identifiers.ts';
import type { RenderedMessage } from './message-log.ts';

/** Where a message stands among everything that is found: newest first by time, then by conversation and sequence. */
export interface FoundPlace {
  readonly time: number;
  readonly conversation: ConversationId;
  readonly seq: number;
}

/** What is to be found, and for whom. */
export interface MessageQuery {
  /** Only what this account may see is found. */
  readonly reader: AccountId;
  /** As a person typed it. */
  readonly text: string;
  readonly conversation?: ConversationId;
  readonly from?: AccountId;
  /** From `since` on, before `until`; milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  /** Only what stands behind this place. */
  readonly after?: FoundPlace;
}

/** A message that was found. */
export interface FoundMessage extends FoundPlace {
  readonly message: RenderedMessage;
}

/** Full-text search over stored messages. */
export interface MessageSearch {
  /** The newest that fit, newest first. */
  find(query: MessageQuery): Promise<readonly FoundMessage[]>;
}
