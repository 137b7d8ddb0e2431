import type { Operation, OperationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import { isFinal } from '@natter/core/model';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/exit-code.ts';
import { readFrames } from './frames.ts';

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
  const time = AbortSignal.timeout(context.given.seconds('timeout') ?? patience);
  let last: Operation | null = null;
  try {
    for await (const frame of readFrames(
      link,
      'operation',
      { operation },
      AbortSignal.any([context.signal, time]),
    )) {
      last = frame.value;
      if (isFinal(last.state)) break;
    }
  } catch (error) {
    if (!time.aborted || context.signal.aborted) throw error;
  }
  last ??= await link.call('operation.get', { operation });
  if (last.state === 'accepted') return { operation: last, exitCode: exitCodes.done };
  if (last.state === 'refused' || last.state === 'cancelled')
    throw new NatterError(
      last.error ?? errorData('aborted', 'the change was cancelled', { scope: 'operation' }),
    );
  context.output.note(
    last.state === 'unconfirmed'
      ? 'natter: the network has not confirmed it'
      : `natter: not done yet, it goes on in the background (natter outbox list shows ${last.id})`,
  );
  return { operation: last, exitCode: exitCodes.partly };
}
