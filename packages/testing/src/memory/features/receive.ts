import { accountScope } from '@natter/core';
import { eventsOf, hintOf } from '../mapping/events.ts';
import type { Passing, Push, Update } from '../network/protocol.ts';
import type { Context } from '../session.ts';

/** Reads what the server tells until the link ends. It reads on only when the hub has stored what came before. */
export async function receive(context: Context): Promise<void> {
  for await (const push of context.link.pushes()) {
    await deliver(context, context.sequence.take(push));
  }
}

/** Hands pushes over, in order; then, and only then, tells the sender that a message has arrived. */
export async function deliver(context: Context, pushes: readonly Push[]): Promise<void> {
  const { host, view } = context;
  for (const { at, update } of pushes) {
    if (isPassing(update)) {
      host.hint([hintOf(update)]);
      continue;
    }
    const cursors = view.profile.keeps && at !== null ? { [accountScope]: String(at) } : {};
    await host.commit({ origin: 'live', events: eventsOf(view, [update], false), cursors });
    if (update.type === 'message' && update.message.from !== view.self && view.profile.keeps) {
      const { conversation, id } = update.message;
      // A receipt that does not get through is no harm: the read marker covers it.
      context.link.request({ do: 'mark', conversation, id, kind: 'delivered' }).catch(() => {});
    }
  }
}

function isPassing(update: Update | Passing): update is Passing {
  return update.type === 'presence' || update.type === 'typing';
}
