import type { Operation, OperationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { findAccountId } from '../link/choose-account.ts';
import { operationTargets } from '../link/operation-targets.ts';
import type { JsonItem, Output } from '../output/output.ts';
import { oneLine, shortLine } from '../output/sanitise.ts';

/** `natter outbox list [--all]`. */
export async function listOutbox(context: CommandContext): Promise<void> {
  const link = await context.link();
  const account = await findAccountId(link, context.given.text('account'));
  const listed = await link.call('operation.list', { final: context.given.flag('all') });
  const operations = listed.filter((operation) => account === undefined || operation.account === account);
  const targetOf = await operationTargets(link, operations);
  for (const operation of operations) show(operation, targetOf(operation), context.output);
  if (operations.length === 0) context.output.note('Nothing waits to be sent.');
}

/** `natter outbox retry OPERATION`. */
export async function retryOperation(context: CommandContext): Promise<void> {
  const link = await context.link();
  const operation = await link.call('operation.retry', { operation: context.given.word(0) as OperationId });
  await showOne(context, link, operation);
}

/** `natter outbox cancel OPERATION`: what was refused leaves the list; exit code 1 when it was too late. */
export async function cancelOperation(context: CommandContext): Promise<void> {
  const link = await context.link();
  const operation = context.given.word(0) as OperationId;
  if (!(await link.call('operation.cancel', { operation })))
    throw new NatterError(
      errorData('conflict', 'it is too late: this is done, or on its way', { scope: 'operation' }),
    );
  await showOne(context, link, await link.call('operation.get', { operation }));
}

/** `{"type":"operation"}`. */
function operationItem(operation: Operation, target: string | null): JsonItem {
  const { id, account, conversation, body, state, attempt, message, error, createdAt } = operation;
  return {
    type: 'operation',
    id,
    account,
    conversation,
    action: actionOf(operation),
    target,
    state,
    attempt,
    message,
    error,
    createdAt,
    text: textOf(body),
  };
}

/** One line about an operation. */
function operationText(operation: Operation, target: string | null): string {
  const { id, state, body, error } = operation;
  const text = textOf(body);
  return [
    id,
    actionOf(operation),
    state,
    ...(target === null ? [] : [oneLine(target)]),
    ...(text === null ? [] : [shortLine(text, 60)]),
    ...(error ? [oneLine(error.message)] : []),
  ].join('  ');
}

async function showOne({ output }: CommandContext, link: ClientLink, operation: Operation): Promise<void> {
  const targetOf = await operationTargets(link, [operation]);
  show(operation, targetOf(operation), output);
}

function show(operation: Operation, target: string | null, output: Output): void {
  output.item(operationItem(operation, target), () => operationText(operation, target));
}

function actionOf({ body }: Operation): string {
  return 'change' in body ? `${body.type}.${body.change.action}` : body.type;
}

function textOf(body: Operation['body']): string | null {
  if (body.type === 'send') return body.draft.content.text;
  return body.type === 'edit' ? body.content.text : null;
}
