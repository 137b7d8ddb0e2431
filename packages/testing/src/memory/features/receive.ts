import { accountScope } from '@natter/core';
import { eventsOf, hintOf } from '../mapping/events.ts';
import type { Passing, Push, Update, WireMessage } from '../network/protocol.ts';
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
    if (at === null && update.type === 'message') await reconcile(context, update.message);
    if (update.type === 'message' && update.message.from !== view.self && view.profile.keeps) {
      const { conversation, id } = update.message;
      // A receipt that does not get through is no harm: the read marker covers it.
      context.link.request({ do: 'mark', conversation, id, kind: 'delivered' }).catch(() => {});
    }
  }
}

/**
 * An echo of ours that comes late: what stands behind it in the archive may have come before it. The archive is asked
 * for the stretch from there on, and its page puts all of it in order.
 */
async function reconcile({ link, host, view }: Context, message: WireMessage): Promise<void> {
  if (view.profile.capabilities.order !== 'archive' || message.from !== view.self) return;
  const { conversation, previous: after } = message;
  const { messages } = await link.request({ do: 'page', conversation, after, before: null, limit: 20 });
  const updates = messages.map((each) => ({ type: 'message', message: each }) as const);
  await host.commit({ origin: 'archive', events: eventsOf(view, updates, true) });
}

function isPassing(update: Update | Passing): update is Passing {
  return update.type === 'presence' || update.type === 'typing';
}
