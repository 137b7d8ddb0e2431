import type { RequestFrame, RequestResult, RequestType } from '@natter/native-protocol';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { Services } from '../services.ts';
import type { Member, Session } from '../session/session.ts';

/** A result that is JSON text already. */
export class RawResult {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a handler knows when nobody has signed in, or need not have. */
export interface VisitorContext {
  readonly session: Session;
  readonly services: Services;
}

/** What a handler knows of who asks. */
export interface MemberContext extends VisitorContext {
  readonly member: Member;
}

/** What a handler of a request about one conversation knows. The member is in it. */
export interface ConversationContext extends MemberContext {
  readonly conversation: ConversationRecord;
}

type ResultOf<T extends RequestType> = Promise<RequestResult<T> | RawResult>;

/** A request that anybody may make. */
export interface OpenCommand<T extends RequestType> {
  readonly needs: 'nothing';
  readonly handle: (context: VisitorContext, frame: RequestFrame<T>) => ResultOf<T>;
}

/** A request that only makes sense before the sign-in. */
export interface VisitorCommand<T extends RequestType> {
  readonly needs: 'visitor';
  readonly handle: (context: VisitorContext, frame: RequestFrame<T>) => ResultOf<T>;
}

/** A request that needs a sign-in. */
export interface MemberCommand<T extends RequestType> {
  readonly needs: 'member';
  readonly handle: (context: MemberContext, frame: RequestFrame<T>) => ResultOf<T>;
}

/** A request about a conversation that the member is in; `write`: and may change, so no block stands in the way. */
export interface ConversationCommand<T extends RequestType> {
  readonly needs: 'conversation';
  readonly access: 'read' | 'write';
  readonly handle: (context: ConversationContext, frame: RequestFrame<T>) => ResultOf<T>;
}

/**
 * What the server does for one type of request. Preconditions are data and are checked in one place, before the
 * handler. A handler calls the port that writes before it awaits anything: that keeps the order of pipelined requests.
 */
export type Command<T extends RequestType> = (
  | OpenCommand<T>
  | VisitorCommand<T>
  | MemberCommand<T>
  | ConversationCommand<T>
) & {
  /** Nothing else of the connection is taken up until it is done. */
  readonly exclusive?: true;
};

/** The result of a request that has nothing to tell. */
export const done: { readonly done: true } = { done: true };
