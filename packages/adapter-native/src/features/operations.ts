import {
  attachmentsOf,
  remoteKey,
  type Op,
  type OpBody,
  type Outcome,
  type RemoteKey,
  type RosterChange,
  type Target,
} from '@natter/core';
import type { MessageBody, RequestFrame, RequestType } from '@natter/native-protocol';
import { completeAddress } from '../mapping/address.ts';
import { bodyOf } from '../mapping/content.ts';
import { outcomeOfFailure, refused } from '../mapping/errors.ts';
import { messageKey, targetSequence } from '../mapping/keys.ts';
import type { Context } from './context.ts';
import { setPicture } from './own-picture.ts';
import { mark } from './receipts.ts';
import { changeRoom } from './rooms.ts';
import { upload } from './upload.ts';

/** Does an operation. Every one may be repeated: sends by their client id, the rest because they say how it shall be. */
export async function perform(context: Context, op: Op, signal: AbortSignal): Promise<Outcome> {
  try {
    return await attempt(context, op, signal);
  } catch (caught) {
    return outcomeOfFailure(caught);
  }
}

async function attempt(context: Context, op: Op, signal: AbortSignal): Promise<Outcome> {
  const { body } = op;
  switch (body.type) {
    case 'send':
      return send(context, op, body, signal);
    case 'edit':
    case 'retract':
    case 'react':
      return change(context, op, body, signal);
    case 'mark-read':
      return markRead(context, op, body.upTo, signal);
    case 'roster':
      return changeRoster(context, body.change, signal);
    case 'room':
      return changeRoom(context, op, body.change, signal);
    case 'profile':
      if (body.change.action === 'avatar') return setPicture(context, op, body.change.image, signal);
      return refused('unsupported', 'the native network cannot change this from here');
  }
}

async function send(
  context: Context,
  op: Op,
  body: OpBody & { type: 'send' },
  signal: AbortSignal,
): Promise<Outcome> {
  const { conversation } = op;
  if (conversation === null) return refused('invalid', 'a message needs a conversation');
  const attachments = await upload(context, attachmentsOf(body.content), op.id, signal);
  const wire = bodyOf(body.content, { ...body, attachments });
  if (wire === null) return refused('unsupported', 'the native network cannot carry this message');
  const fault = faultOf(context, wire);
  if (fault !== null) return fault;
  const to = typeof conversation === 'string' ? { conversation } : { peer: conversation.direct };
  const sent = await context.connection.request(
    'send',
    (id) => ({ type: 'send', id, clientId: op.id, ...to, body: wire }),
    signal,
  );
  return {
    result: 'accepted',
    refs: [messageKey(sent.conversation, sent.seq)],
    ...(typeof conversation === 'string' ? {} : { conversation: remoteKey(sent.conversation) }),
  };
}

async function change(
  context: Context,
  op: Op,
  body: OpBody & { type: 'edit' | 'retract' | 'react' },
  signal: AbortSignal,
): Promise<Outcome> {
  const place = placeOf(op, body.target);
  if (place === null) return unknownMessage;
  const { connection } = context;
  if (body.type === 'retract') {
    await connection.request('retract', (id) => ({ type: 'retract', id, ...place }), signal);
  } else if (body.type === 'react') {
    const { key, on } = body;
    await connection.request('react', (id) => ({ type: 'react', id, ...place, key, on }), signal);
  } else {
    const attachments = await upload(context, attachmentsOf(body.content), op.id, signal);
    const wire = bodyOf(body.content, { attachments });
    if (wire === null) return refused('unsupported', 'the native network cannot carry this message');
    const fault = faultOf(context, wire);
    if (fault !== null) return fault;
    await connection.request('edit', (id) => ({ type: 'edit', id, ...place, body: wire }), signal);
  }
  return accepted;
}

async function markRead(context: Context, op: Op, upTo: Target, signal: AbortSignal): Promise<Outcome> {
  const place = placeOf(op, upTo);
  if (place === null) return unknownMessage;
  await mark(context, 'read', [[place.conversation, place.seq]], signal);
  return accepted;
}

async function changeRoster(context: Context, change: RosterChange, signal: AbortSignal): Promise<Outcome> {
  const request = rosterRequest(context, change);
  if (request === null) {
    const typed = change.action === 'add' ? `'${change.address}'` : 'this';
    return refused('invalid', `${typed} is no address of the native network`, 'check-address');
  }
  await context.connection.request(request.type, (id) => ({ ...request, id }), signal);
  return { ...accepted, data: { contact: request.address } };
}

/** Any request about a contact, still without its number. */
type RosterRequest = {
  [T in Extract<RequestType, `contact-${string}`>]: Omit<RequestFrame<T>, 'id'>;
}[Extract<RequestType, `contact-${string}`>];

function rosterRequest(context: Context, change: RosterChange): RosterRequest | null {
  if (change.action === 'add') {
    const { alias, groups, text } = change;
    const address = completeAddress(change.address, context.welcome.server, context.url);
    if (address === null) return null;
    return {
      type: 'contact-request',
      address,
      ...(text === undefined ? {} : { text }),
      ...(alias === undefined ? {} : { alias }),
      ...(groups === undefined ? {} : { groups }),
    };
  }
  const address: RemoteKey = change.contact;
  if (change.action === 'rename') return { type: 'contact-update', address, alias: change.alias ?? '' };
  if (change.action === 'groups') return { type: 'contact-update', address, groups: change.groups };
  return { type: `contact-${change.action}`, address };
}

/** What the server would refuse anyway; a frame past its bound it cannot even read well enough to say which it was. */
function faultOf(context: Context, body: MessageBody): Outcome | null {
  const { textLength, frameBytes } = context.welcome.limits;
  if (body.text.length > textLength)
    return refused('too-large', `a message may have ${textLength} characters`, 'shorten');
  const encoded = JSON.stringify(body);
  // A UTF-16 code unit takes one to three bytes, so most messages need no counting.
  const bytes = encoded.length * 3 > frameBytes - headBytes ? new TextEncoder().encode(encoded).length : 0;
  if (bytes > frameBytes - headBytes)
    return refused('too-large', 'the message has too much formatting', 'shorten');
  return null;
}

function placeOf(op: Op, target: Target): { conversation: string; seq: number } | null {
  const seq = targetSequence(target);
  return typeof op.conversation === 'string' && seq !== null ? { conversation: op.conversation, seq } : null;
}

/** Room for what stands around the body in a frame. */
const headBytes = 1024;
const accepted = { result: 'accepted', refs: [] } as const;
const unknownMessage: Outcome = refused('not-found', 'the server has not told of this message');
