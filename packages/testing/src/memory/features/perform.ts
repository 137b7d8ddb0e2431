import { errorData, remoteKey, type Op, type Outcome, type Target } from '@natter/core';
import { abortable, toOutcome, unsupported } from '../mapping/errors.ts';
import { Refusal, type Command } from '../network/protocol.ts';
import type { Context } from '../session.ts';
import { roomCommand } from './rooms.ts';
import { rosterCommand } from './roster.ts';
import { send } from './send.ts';

type Body<Type extends Op['body']['type']> = Extract<Op['body'], { type: Type }>;

/** Does an operation; whatever goes wrong is its outcome. */
export async function perform(context: Context, op: Op, signal: AbortSignal): Promise<Outcome> {
  try {
    return await abortable(dispatch(context, op), signal);
  } catch (caught) {
    return toOutcome(caught);
  }
}

/** Looks for the message of a send whose outcome is unknown; everything else may simply be done again. */
export async function verify(context: Context, op: Op, signal: AbortSignal): Promise<Outcome> {
  if (op.body.type !== 'send') return perform(context, op, signal);
  try {
    const found = await abortable(context.link.request({ do: 'find', clientId: op.id }), signal);
    if (found !== null)
      return { result: 'accepted', refs: [remoteKey(found.id)], conversation: remoteKey(found.conversation) };
    return {
      result: 'not-sent',
      error: errorData('network', 'the message did not arrive', { scope: 'operation', retriable: true }),
    };
  } catch (caught) {
    // A question that got no answer leaves the operation as unknown as it was.
    const outcome = toOutcome(caught);
    if (outcome.result !== 'not-sent') return outcome;
    return { result: 'unknown', error: { ...outcome.error, certain: false } };
  }
}

async function dispatch(context: Context, op: Op): Promise<Outcome> {
  const { body } = op;
  switch (body.type) {
    case 'send':
      return send(context, op, body);
    case 'edit':
    case 'retract':
    case 'react':
    case 'mark-read':
      return context.view.profile.keeps
        ? change(context, op, body)
        : refused(`change or mark a message (${body.type})`);
    case 'roster':
      return context.view.profile.keeps
        ? done(context, rosterCommand(body.change))
        : refused('keep a contact list');
    case 'room':
      return room(context, op, body);
    case 'profile':
      return context.view.profile.keeps ? profile(context, body) : refused('keep a profile');
  }
}

function change(
  context: Context,
  op: Op,
  body: Body<'edit' | 'retract' | 'react' | 'mark-read'>,
): Promise<Outcome> {
  if (typeof op.conversation !== 'string')
    throw new Refusal('invalid', 'the conversation has no messages yet');
  const { conversation } = op;
  const id = idOf(body.type === 'mark-read' ? body.upTo : body.target);
  switch (body.type) {
    case 'edit':
      return done(context, { do: 'edit', conversation, id, body: { kind: 'text', text: body.content.text } });
    case 'retract':
      return done(context, { do: 'retract', conversation, id, reason: body.reason });
    case 'react':
      return done(context, { do: 'react', conversation, id, key: body.key, on: body.on });
    case 'mark-read':
      return done(context, { do: 'mark', conversation, id, kind: 'read' });
  }
}

async function room(context: Context, op: Op, body: Body<'room'>): Promise<Outcome> {
  const answer = await context.link.request(roomCommand(op, body.change));
  const conversation = answer === null ? {} : { conversation: remoteKey((answer as { key: string }).key) };
  return { result: 'accepted', refs: [], ...conversation };
}

async function profile(context: Context, { change }: Body<'profile'>): Promise<Outcome> {
  if (change.action === 'name') return done(context, { do: 'name', name: change.name });
  if (change.action === 'avatar') return refused('keep pictures of people');
  await done(context, { do: 'password', password: change.secret });
  await context.host.setSecret('password', change.secret);
  return { result: 'accepted', refs: [] };
}

async function done(context: Context, command: Command): Promise<Outcome> {
  await context.link.request(command);
  return { result: 'accepted', refs: [] };
}

function refused(what: string): Outcome {
  return { result: 'refused', error: unsupported(what) };
}

/** The server names every message itself, so there is no need for what its sender called it. */
function idOf(target: Target): string {
  if ('stable' in target) return target.stable;
  throw new Refusal('not-found', 'the message has no id yet');
}
