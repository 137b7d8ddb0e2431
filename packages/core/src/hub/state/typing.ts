import type { AccountId, ConversationId, RemoteKey } from '../../model/index.ts';

/** Somebody who types in a conversation, until they stop or the notice expires. */
export interface Typist {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly key: RemoteKey;
  readonly name: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}
