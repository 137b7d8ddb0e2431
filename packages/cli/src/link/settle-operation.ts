import type { Operation, OperationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { isFinal } from '@natter/core/model';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/exit-code.ts';
import { readFrames } from './frames.ts';
import { isStuck, whyNotYet } from './why-not-yet.ts';

/** Milliseconds that a command waits for the network to take a change. */
const patience = 15_000;

/**
 * Waits until the network has answered to a change. `accepted` gives the operation; a refusal throws its error. What is
 * still on its way after the time of `--timeout`, or unconfirmed, is told to the user: exit code 7.
 */
export async function settleOperation(
  context: CommandContext,
  link: ClientLink,
  operation: OperationId,
): Promise<{ operation: Operation; exitCode: number }> {
  const first = await link.call('operation.get', { operation });
  const over = isFinal(first.state) || (await isStuck(link, first.account));
  const last = over ? first : await follow(context, link, first);
  if (last.state === 'accepted') return { operation: last, exitCode: exitCodes.done };
  if (last.state === 'refused' || last.state === 'cancelled')
    throw new NatterError(
      last.error ?? errorData('aborted', 'the change was cancelled', { scope: 'operation' }),
    );
  context.output.note(
    last.state === 'unconfirmed'
      ? 'natter: the network has not confirmed it'
      : `natter: not done yet, it goes on in the background (natter outbox list shows ${last.id})${await whyNotYet(link, last.account)}`,
  );
  return { operation: last, exitCode: exitCodes.partly };
}

/** Until it is final, or the time is over. */
async function follow(
  { given, signal }: CommandContext,
  link: ClientLink,
  first: Operation,
): Promise<Operation> {
  const time = AbortSignal.timeout(given.seconds('timeout') ?? patience);
  let last = first;
  try {
    for await (const frame of readFrames(
      link,
      'operation',
      { operation: first.id },
      AbortSignal.any([signal, time]),
    )) {
      last = frame.value;
      if (isFinal(last.state)) break;
    }
  } catch (error) {
    if (!time.aborted || signal.aborted) throw error;
  }
  return last;
}
