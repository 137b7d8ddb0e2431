import type { Event } from '@natter/core';
import { remoteKey, type RemoteKey } from '@natter/core/model';
import type { Occupant } from './occupant.ts';

/** What the codes of a departure (XEP-0045 section 15.6.2) mean to who was made to go; the first that is there counts. */
const CAUSES: readonly { readonly code: string; readonly event: string; readonly text: string }[] = [
  { code: '301', event: 'banned', text: 'you were banned' },
  { code: '307', event: 'kicked', text: 'you were kicked' },
  { code: '321', event: 'not-a-member', text: 'you were taken off the list of members' },
  { code: '322', event: 'members-only', text: 'the room is for its members only now' },
];

/** Who is made to leave a room wants to know why: by whom, for what reason, and where the room went. None for who left. */
export function departureMessage(room: RemoteKey, occupant: Occupant): Event[] {
  const { codes, destroyed, actor, reason } = occupant;
  const cause = CAUSES.find(({ code }) => codes.has(code));
  if (cause === undefined && destroyed === null) return [];
  const what = destroyed === null ? (cause?.text ?? '') : 'the room was closed for good';
  const event = destroyed === null ? (cause?.event ?? '') : 'destroyed';
  const elsewhere = destroyed?.elsewhere ?? null;
  const text = [
    what,
    actor === null ? '' : ` by ${actor}`,
    reason === null || reason === '' ? '' : `: ${reason}`,
    elsewhere === null ? '' : `; it goes on at ${elsewhere}`,
  ].join('');
  const sender = {
    key: remoteKey(room),
    self: false,
    contact: null,
    name: actor,
    proof: 'occupant',
  } as const;
  const item = {
    stable: null,
    claimed: null,
    operation: null,
    part: 0,
    sender,
    sentAt: null,
    receivedAt: Date.now(),
    content: { kind: 'system', text, data: { event, by: actor, reason, elsewhere } },
    trust: 'server',
  } as const;
  return [{ type: 'timeline', conversation: room, place: { by: 'tail' }, items: [item] }];
}
