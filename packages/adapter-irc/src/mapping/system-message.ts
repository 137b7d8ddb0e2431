import type { Event, Sender } from '@natter/core';
import type { JsonObject, RemoteKey } from '@natter/core/model';

/** What happened to a channel, as a message in it. */
export interface Happening {
  readonly conversation: RemoteKey;
  readonly sender: Sender;
  readonly text: string;
  /** The same as data. */
  readonly data: JsonObject;
  /** `server-time`, where it is told. */
  readonly sentAt: number | null;
}

/** Something that happened now, behind all that there is. */
export function systemMessage({ conversation, sender, text, data, sentAt }: Happening): Event {
  const item = {
    stable: null,
    claimed: null,
    operation: null,
    part: 0,
    sender,
    sentAt,
    receivedAt: Date.now(),
    content: { kind: 'system', text, data },
    trust: 'server',
  } as const;
  return { type: 'timeline', conversation, place: { by: 'tail' }, items: [item] };
}
