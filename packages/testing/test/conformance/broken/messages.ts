import { errorData, remoteKey, type Event, type OperationId } from '@natter/core';
import type { ProfileName } from '../../../src/memory/index.ts';
import {
  declare,
  filterEvents,
  host,
  mapEvents,
  mapMessages,
  reversed,
  session,
  type BrokenAdapter,
} from './spoil.ts';

const network = errorData('network', 'it broke', { scope: 'account', retriable: true });
const never = (): AbortSignal => new AbortController().signal;

/** Faults of operations, messages, history and contacts. */
export const brokenMessages: readonly BrokenAdapter[] = [
  {
    fault: 'perform() rejects',
    profile: 'archive',
    foundBy: 'lifecycle: an operation without a run is not sent',
    spoil: session(({ perform }) => ({
      async perform(op, signal) {
        const outcome = await perform(op, signal);
        if ('error' in outcome) throw new Error(outcome.error.message);
        return outcome;
      },
    })),
  },
  {
    fault: 'what may have been sent is called not sent',
    profile: 'archive',
    foundBy: 'delivery: a send whose answer is lost is unknown, and then one message',
    spoil: session(({ perform }) => ({
      async perform(op, signal) {
        const outcome = await perform(op, signal);
        return outcome.result === 'unknown' ? { result: 'not-sent', error: network } : outcome;
      },
    })),
  },
  {
    fault: 'what nobody answered is called accepted',
    profile: 'total',
    foundBy: 'delivery: a send whose answer is lost is unknown, and then one message',
    spoil: session(({ perform }) => ({
      async perform(op, signal) {
        const outcome = await perform(op, signal);
        return outcome.result === 'unknown' ? { result: 'accepted', refs: [] } : outcome;
      },
    })),
  },
  {
    fault: 'a resend is another message',
    profile: 'total',
    foundBy: 'delivery: the same operation twice is one message',
    spoil: session(({ perform }) => ({
      perform: (op, signal) =>
        perform({ ...op, id: `${op.id}-${op.attempt}-${Math.random()}` as OperationId }, signal),
    })),
  },
  {
    fault: 'verify() believes that everything landed',
    profile: 'archive',
    foundBy: 'delivery: verify tells what did not land from what did',
    spoil: session(() => ({ verify: async () => ({ result: 'accepted', refs: [] }) })),
  },
  {
    fault: 'history() ignores its signal',
    profile: 'total',
    foundBy: 'history: a request is aborted by its signal',
    spoil: session(({ history }) => ({ history: (request) => history(request, never()) })),
  },
  {
    fault: 'pages stand newest first',
    profile: 'archive',
    foundBy: 'history: pages go back to the start, each oldest first, none twice',
    spoil: session(({ history }) => ({
      async history(request, signal) {
        const page = await history(request, signal);
        return { ...page, batch: mapEvents(page.batch, reversed) };
      },
    })),
  },
  {
    fault: 'what was missed is not fetched',
    profile: 'archive',
    foundBy: 'recovery: what was said while we were away is caught up, once and in order',
    spoil: session(({ catchUp }) => ({
      async catchUp(scope, after, signal) {
        const page = await catchUp(scope, after, signal);
        return { ...page, batch: { ...page.batch, events: [], gaps: [] } };
      },
    })),
  },
  {
    fault: 'gaps are not told',
    profile: 'archive',
    foundBy: 'recovery: what was said while we were away is caught up, once and in order',
    spoil: session(({ catchUp }) => ({
      async catchUp(scope, after, signal) {
        const page = await catchUp(scope, after, signal);
        return { ...page, batch: { ...page.batch, gaps: [] } };
      },
    })),
  },
  {
    fault: 'the cursor runs ahead of what is stored',
    profile: 'total',
    foundBy: 'recovery: every commit is a place to crash: nothing is lost and nothing comes twice',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(batch.origin === 'live' ? { ...batch, cursors: { account: '99' } } : batch),
    })),
  },
  {
    fault: 'reads on while nothing is stored',
    profile: 'total',
    foundBy: 'delivery: a slow store stops the reading, and nothing is lost by it',
    spoil: host((right) => ({
      async commit(batch) {
        void right.commit(batch).catch(() => {});
      },
    })),
  },
  {
    fault: 'threads are declared and dropped',
    profile: 'archive',
    foundBy: 'declared: an answer in a thread arrives',
    spoil: session(({ perform }) => ({
      perform: (op, signal) =>
        perform(op.body.type === 'send' ? { ...op, body: { ...op.body, thread: null } } : op, signal),
    })),
  },
  {
    fault: 'every replay has new ids',
    profile: 'total',
    foundBy: 'recovery: a replay tells the same things by the same names',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(mapMessages(batch, (item) => ({ ...item, stable: remoteKey(crypto.randomUUID()) }))),
    })),
  },
  {
    fault: 'a forged echo passes for ours',
    profile: 'archive',
    foundBy: 'identity: a forged echo is not ours and hides nothing',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(
          mapMessages(batch, (item) => ({ ...item, operation: item.claimed as OperationId | null })),
        ),
    })),
  },
  {
    fault: 'ids of senders are taken for ids of the room',
    profile: 'archive',
    foundBy: 'identity: an id that two senders chose is two messages',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(
          mapMessages(batch, (item) => ({
            ...item,
            stable: item.claimed === null ? item.stable : remoteKey(item.claimed),
          })),
        ),
    })),
  },
  ...(['conversation', 'message'] as const).map((of) => withoutRekey(of, 'archive')),
  ...(['contact', 'participant'] as const).map((of) => withoutRekey(of, 'arrival')),
  {
    fault: 'the echo is nothing to tie to its operation',
    profile: 'archive',
    foundBy: 'delivery: a send with its echo before the acknowledgement is one message',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(
          mapMessages(batch, (item) => ({
            ...item,
            operation: null,
            claimed: null,
            stable: remoteKey(crypto.randomUUID()),
          })),
        ),
    })),
  },
  {
    fault: 'order keys are not ASCII letters and digits',
    profile: 'total',
    foundBy: 'messages: one that comes in is stored once, from its sender',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(
          mapEvents(batch, (event) =>
            event.type === 'timeline' && event.place.by === 'key'
              ? {
                  ...event,
                  place: { by: 'key', keys: event.place.keys.map((key) => `${key}-é` as typeof key) },
                }
              : event,
          ),
        ),
    })),
  },
  {
    fault: 'times are Dates',
    profile: 'total',
    foundBy: 'messages: one that comes in is stored once, from its sender',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(mapMessages(batch, (item) => ({ ...item, sentAt: new Date() as unknown as number }))),
    })),
  },
  {
    fault: 'declares history that it does not have',
    profile: 'arrival',
    foundBy: 'history: pages go back to the start, each oldest first, none twice',
    spoil: declare({ history: 'full' }),
  },
  {
    fault: 'does what it does not declare',
    profile: 'total',
    foundBy: 'capabilities: what is not declared is refused as unsupported, without a rejection',
    spoil: declare({ 'join-room': 'none', topic: 'none' }),
  },
  {
    fault: 'the log shows the password',
    profile: 'total',
    foundBy: 'messages: one that comes in is stored once, from its sender',
    spoil: host((right) => ({
      async secret(name) {
        const secret = await right.secret(name);
        right.log('debug', 'signing-in', { name, secret });
        return secret;
      },
    })),
  },
  {
    fault: 'a removed contact stays',
    profile: 'total',
    foundBy: 'contacts: one that is removed is gone, also when that happened while we were away',
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(filterEvents(batch, (event) => event.type !== 'sweep' && event.type !== 'remove')),
    })),
  },
];

function withoutRekey(of: Extract<Event, { type: 'rekey' }>['of'], profile: ProfileName): BrokenAdapter {
  const names = {
    conversation: 'identity: a conversation that gets another key goes on',
    message: 'identity: a message that gets its final id is the same message',
    contact: 'identity: a contact that is renamed in mid-conversation stays the same contact',
    participant: 'identity: a participant that is renamed in mid-conversation stays the same participant',
  };
  return {
    fault: `a ${of} that gets another key is another ${of}`,
    profile,
    foundBy: names[of],
    spoil: host((right) => ({
      commit: (batch) =>
        right.commit(filterEvents(batch, (event) => event.type !== 'rekey' || event.of !== of)),
    })),
  };
}
