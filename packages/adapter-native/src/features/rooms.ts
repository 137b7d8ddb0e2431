import {
  remoteKey,
  type Attachment,
  type Op,
  type Outcome,
  type Page,
  type RemoteKey,
  type RoomChange,
} from '@natter/core';
import type { GroupRole, RequestFrame, RequestType } from '@natter/native-protocol';
import { refused } from '../mapping/errors.ts';
import { groupEvents } from '../mapping/group.ts';
import { targetSequence } from '../mapping/keys.ts';
import { RequestError } from '../wire/request-error.ts';
import { readerOf, type Context } from './context.ts';
import { upload } from './upload.ts';

/** Carries out a change of a group, or makes one. All may be repeated: the server does nothing where nothing is to do. */
export async function changeRoom(
  context: Context,
  op: Op,
  change: RoomChange,
  signal: AbortSignal,
): Promise<Outcome> {
  if (change.action === 'create') return create(context, op, change, signal);
  if (change.action === 'avatar') return setIcon(context, op, change.image, signal);
  const conversation = change.action === 'join' ? change.address : op.conversation;
  if (typeof conversation !== 'string') return refused('invalid', 'this needs a conversation');
  const request = roomRequest(conversation, change);
  if (request === null)
    return 'message' in change
      ? refused('not-found', 'the server has not told of this message')
      : refused('unsupported', 'a group of the native network has an owner, admins and members');
  try {
    await context.connection.request(request.type, (id) => ({ ...request, id }), signal);
  } catch (caught) {
    // Done by the attempt before whose answer was lost: who is out already is told that there is no such group.
    if (!(op.attempt > 1 && isExit(change.action) && isNotFound(caught))) throw caught;
  }
  return { result: 'accepted', refs: [], conversation: remoteKey(conversation) };
}

/** The members of a group as they are now, in one page. */
export async function members(context: Context, conversation: RemoteKey, signal: AbortSignal): Promise<Page> {
  const found = await context.connection.request(
    'conversation-get',
    (id) => ({ type: 'conversation-get', id, conversation }),
    signal,
  );
  const events = found.kind === 'group' ? groupEvents(found, readerOf(context)) : [];
  return { batch: { origin: 'snapshot', events }, next: null, reached: 'end' };
}

async function create(
  context: Context,
  op: Op,
  change: RoomChange & { action: 'create' },
  signal: AbortSignal,
): Promise<Outcome> {
  if (change.kind !== 'group')
    return refused('unsupported', 'the native network has groups by invitation, and no public rooms');
  const { name: title, topic, invite } = change;
  const { conversation } = await context.connection.request(
    'group-create',
    (id) => ({
      type: 'group-create',
      id,
      clientId: op.id,
      title,
      invite,
      ...(topic === undefined ? {} : { topic }),
    }),
    signal,
  );
  return { result: 'accepted', refs: [], conversation: remoteKey(conversation) };
}

/** The picture is brought to the server first; a file that is there already is shown as it is. */
async function setIcon(
  context: Context,
  op: Op,
  image: Attachment | null,
  signal: AbortSignal,
): Promise<Outcome> {
  const { conversation } = op;
  if (typeof conversation !== 'string') return refused('invalid', 'this needs a group');
  const [file] = image === null ? [] : await upload(context, [image], op.id, signal);
  if (image !== null && file?.file === undefined)
    return refused('unsupported', 'only a file of this server can be the picture of a group');
  const icon = file?.file ?? '';
  await context.connection.request(
    'group-update',
    (id) => ({ type: 'group-update', id, conversation, icon }),
    signal,
  );
  return { result: 'accepted', refs: [], conversation: remoteKey(conversation) };
}

type RoomRequestType =
  | Exclude<Extract<RequestType, `group-${string}`>, 'group-create'>
  | 'pin'
  | 'conversation-update';
/** Any request about a conversation that is there, still without its number. */
type RoomRequest = { [T in RoomRequestType]: Omit<RequestFrame<T>, 'id'> }[RoomRequestType];

function roomRequest(
  conversation: string,
  change: Exclude<RoomChange, { action: 'create' | 'avatar' }>,
): RoomRequest | null {
  switch (change.action) {
    case 'join':
    case 'accept-invitation':
      return { type: 'group-accept', conversation };
    case 'decline-invitation':
      return { type: 'group-decline', conversation };
    case 'leave':
      return { type: 'group-leave', conversation };
    case 'invite': {
      const text = change.text === undefined ? {} : { text: change.text };
      return { type: 'group-invite', conversation, address: change.contact, ...text };
    }
    case 'kick':
    case 'ban':
    case 'unban': {
      const reason = change.reason === undefined ? {} : { reason: change.reason };
      return { type: `group-${change.action}`, conversation, address: change.member, ...reason };
    }
    case 'role':
      return isGroupRole(change.role)
        ? { type: 'group-role', conversation, address: change.member, role: change.role }
        : null;
    case 'pin':
    case 'unpin': {
      const seq = targetSequence(change.message);
      return seq === null ? null : { type: 'pin', conversation, seq, on: change.action === 'pin' };
    }
    case 'own-view':
      return null; // kept by each device for itself
    case 'expiry':
      return { type: 'conversation-update', conversation, expiry: change.after ?? 0 };
    case 'topic':
      return { type: 'group-update', conversation, topic: change.text };
    case 'title':
      return { type: 'group-update', conversation, title: change.text };
  }
}

function isGroupRole(role: string): role is GroupRole {
  return role === 'owner' || role === 'admin' || role === 'member';
}

function isExit(action: RoomChange['action']): boolean {
  return action === 'leave' || action === 'decline-invitation';
}

function isNotFound(caught: unknown): boolean {
  return (
    caught instanceof RequestError &&
    caught.failure.kind === 'refused' &&
    caught.failure.error.code === 'not-found'
  );
}
