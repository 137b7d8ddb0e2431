import { takeWhile } from 'rxjs';
import type { SendParams } from '../client/index.ts';
import type { CallOptions } from '../link/index.ts';
import { isFinal, NatterError } from '../model/index.ts';
import type { Outgoing, SentMessage } from './client.ts';
import type { FacadeContext } from './follow.ts';
import { linkedState } from './linked-streams.ts';

/** Puts a message into the outbox, once, however often the link is cut on the way. */
export async function send(
  context: FacadeContext,
  { to, draft, key = crypto.randomUUID() }: Outgoing,
  options?: CallOptions,
): Promise<SentMessage> {
  const params: SendParams = { to, draft, key };
  for (;;) {
    try {
      const answer = await context.link.call('message.send', params, options);
      const state$ = linkedState(context, 'operation', { operation: answer.operation });
      return { ...answer, state$: state$.pipe(takeWhile(({ state }) => !isFinal(state), true)) };
    } catch (error) {
      // The cut left open whether it was stored. The key makes asking again harmless, and the link waits until it is back.
      if (!NatterError.isInstance(error) || error.data.code !== 'network' || error.data.certain) throw error;
    }
  }
}
