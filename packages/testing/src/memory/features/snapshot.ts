import { remoteKey, supports, type Event, type OwnPresence } from '@natter/core';
import { contactOf, conversationOf } from '../mapping/events.ts';
import type { Context } from '../session.ts';

/** What is so now: who we are, the contacts, the conversations. What is no longer so is swept away. */
export async function takeSnapshot(context: Context, presence: OwnPresence): Promise<void> {
  const { link, host, view } = context;
  const { capabilities, keeps } = view.profile;
  host.phase('syncing');
  await host.commit({
    origin: 'snapshot',
    events: [{ type: 'self', key: remoteKey(view.self), address: view.self }],
  });
  if (supports(capabilities, 'roster')) {
    host.roster('loading');
    const entries = await link.request({ do: 'roster' });
    await host.commit({ origin: 'snapshot', events: swept('contact', entries.map(contactOf)) });
  }
  host.roster('ready');
  const conversations = await link.request({ do: 'conversations' });
  const upserts = conversations.flatMap((conversation) => conversationOf(view, conversation));
  await host.commit({ origin: 'snapshot', events: keeps ? swept('conversation', upserts) : upserts });
  if (supports(capabilities, 'presence-own')) await link.request({ do: 'presence', presence });
}

function swept(of: 'contact' | 'conversation', upserts: readonly Event[]): Event[] {
  const sweep = { type: 'sweep', of, generation: 'sign-in' } as const;
  return [{ ...sweep, end: false }, ...upserts, { ...sweep, end: true }];
}
