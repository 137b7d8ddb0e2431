import {
  accountScope,
  NatterError,
  remoteKey,
  type Event,
  type Gap,
  type GapChange,
  type Opaque,
  type Page,
  type PageRequest,
} from '@natter/core';
import { unsupported } from '../mapping/errors.ts';
import { eventsOf, patchOf } from '../mapping/events.ts';
import type { AnswerTo, Hole, Update, WireMessage } from '../network/protocol.ts';
import type { Context } from '../session.ts';

/** A page of one conversation: next to an anchor, on from a page before, or into a gap. */
export async function history(context: Context, request: PageRequest): Promise<Page> {
  if (!context.view.profile.keeps) throw new NatterError(unsupported('show what was said before'));
  const { conversation, gap, direction } = request;
  const from = request.cursor ?? request.anchor ?? null;
  const older = direction === 'older';
  const after = (older ? gap?.after : (from ?? gap?.after)) ?? null;
  const before = (older ? (from ?? gap?.before) : gap?.before) ?? null;
  const page = await context.link.request({ do: 'page', conversation, after, before, limit: request.limit });
  const complete = older ? page.start : page.end;
  const edge = older ? page.messages[0] : page.messages.at(-1);
  const events = eventsOfPage(
    context,
    page,
    older ? { after: complete ? after : null, before } : { after, before: complete ? before : null },
  );
  const gaps = gap === undefined ? [] : [shrunk(gap, complete ? undefined : edge, older)];
  return {
    batch: { origin: 'archive', events, gaps },
    next: complete || edge === undefined ? null : edge.id,
    reached: !complete || gap !== undefined ? null : older ? 'start' : 'end',
  };
}

/** What the account missed, oldest first. What the network leaves out becomes gaps in the same batch. */
export async function missed(context: Context, after: Opaque | null): Promise<Page> {
  const { link, view } = context;
  if (!view.profile.keeps) throw new NatterError(unsupported('tell what was missed'));
  const { updates, at, more, holes } = await link.request({ do: 'sync', after: Number(after ?? 0) });
  const gaps = holes.map((hole): GapChange => ({ op: 'open', gap: gapOf(hole) }));
  const batch = {
    origin: after === null ? 'snapshot' : 'archive',
    events: eventsOf(view, behindHoles(updates, holes), true),
    cursors: { [accountScope]: String(at) },
    gaps,
  } as const;
  return { batch, next: more ? String(at) : null, reached: more ? null : 'end' };
}

/** What stands in a hole is not stored, so nothing can be placed behind it: the first message after one has no neighbour. */
function behindHoles(updates: readonly Update[], holes: readonly Hole[]): Update[] {
  const first = new Set(holes.map(({ before }) => before));
  return updates.map((update) => {
    if (update.type !== 'message' || !first.has(update.message.id)) return update;
    return { ...update, message: { ...update.message, previous: null } };
  });
}

function eventsOfPage(
  context: Context,
  page: AnswerTo<'page'>,
  between: { after: string | null; before: string | null },
): Event[] {
  const { view } = context;
  const events = eventsOf(
    view,
    page.messages.map((message) => ({ type: 'message', message })),
    true,
  );
  const placed = events.map((event): Event => {
    if (event.type !== 'timeline' || event.place.by !== 'page') return event;
    return {
      ...event,
      place: { by: 'page', after: keyOrNull(between.after), before: keyOrNull(between.before) },
    };
  });
  return [...placed, ...page.changes.map((change) => patchOf(view, change))];
}

/** The same hole always gets the same id, so that a replayed batch opens no second one. */
function gapOf({ conversation, after, before }: Hole): Gap {
  const id = `${conversation}:${after ?? ''}`;
  return {
    id,
    conversation: remoteKey(conversation),
    after: keyOrNull(after),
    before: remoteKey(before),
    token: null,
  };
}

/** What is left of a gap once a page of it has come; without an edge nothing is. */
function shrunk(gap: Gap, edge: WireMessage | undefined, older: boolean): GapChange {
  if (edge === undefined) return { op: 'close', id: gap.id };
  const key = remoteKey(edge.id);
  return { op: 'open', gap: older ? { ...gap, before: key } : { ...gap, after: key } };
}

function keyOrNull(id: string | null): ReturnType<typeof remoteKey> | null {
  return id === null ? null : remoteKey(id);
}
