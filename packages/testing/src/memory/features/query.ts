import { NatterError, remoteKey, type Page, type Queries } from '@natter/core';
import { unsupported } from '../mapping/errors.ts';
import { memberOf } from '../mapping/events.ts';
import type { Context } from '../session.ts';

type Handlers = {
  [Name in keyof Queries]: (context: Context, argument: Queries[Name][0]) => Promise<Queries[Name][1]>;
};

const handlers: Handlers = {
  async resolve({ link }, address) {
    const found = await link.request({ do: 'resolve', address });
    return found && { contact: remoteKey(found.address), ...found };
  },
  async members(context, { conversation }): Promise<Page> {
    const members = await context.link.request({ do: 'members', room: conversation });
    const sweep = { type: 'sweep', of: 'member', in: conversation, generation: 'members' } as const;
    const upserts = members.map((member) => memberOf(context.view, conversation, member));
    const complete = {
      type: 'upsert',
      of: 'conversation',
      key: conversation,
      value: { membersComplete: true },
    } as const;
    const events = [{ ...sweep, end: false }, ...upserts, { ...sweep, end: true }, complete];
    return { batch: { origin: 'snapshot', events }, next: null, reached: 'end' };
  },
  async rooms({ link }, { text }) {
    return { items: await link.request({ do: 'rooms', text }), next: null };
  },
  async profile({ link, view }, contact) {
    if (!view.profile.keeps) throw new NatterError(unsupported('show profiles'));
    const found = await link.request({ do: 'resolve', address: contact });
    return { name: found?.name ?? null };
  },
  search: async () => {
    throw new NatterError(unsupported('search'));
  },
  devices: async () => {
    throw new NatterError(unsupported('list devices'));
  },
  'revoke-device': async () => {
    throw new NatterError(unsupported('sign devices out'));
  },
};

/** Answers a question of the hub. */
export async function query<Name extends keyof Queries>(
  context: Context,
  name: Name,
  argument: Queries[Name][0],
): Promise<Queries[Name][1]> {
  return handlers[name](context, argument);
}
