import type { Running } from './online.ts';

/** The members of a channel as the batches told them: nick by key, with the role. */
export function toldMembers({ batches }: Running, channel: string): Map<string, string> {
  const members = new Map<string, { value: string; generation: string | null }>();
  let sweeping: string | null = null;
  for (const event of batches.flatMap(({ events }) => events)) {
    if (!('in' in event) || event.in !== channel || ('of' in event && event.of !== 'member')) {
      if (event.type === 'rekey' && event.of === 'participant' && event.in === channel) {
        const known = members.get(event.from);
        members.delete(event.from);
        if (known !== undefined) members.set(event.to, known);
      }
      continue;
    }
    if (event.type === 'sweep') {
      if (!event.end) sweeping = event.generation;
      else {
        for (const [key, { generation }] of members) if (generation !== event.generation) members.delete(key);
        sweeping = null;
      }
    }
    if (event.type === 'remove') members.delete(event.key);
    if (event.type === 'upsert' && event.of === 'member' && event.value.state === 'joined')
      members.set(event.key, { value: `${event.value.name} ${event.value.role}`, generation: sweeping });
  }
  return new Map([...members].map(([key, { value }]) => [key, value]));
}

/** The system messages that a channel was told. */
export function toldSystem({ batches }: Running, channel: string): string[] {
  return batches
    .flatMap(({ events }) => events)
    .flatMap((event) =>
      event.type === 'timeline' && event.conversation === channel
        ? event.items.flatMap(({ content }) => (content.kind === 'system' ? [content.text] : []))
        : [],
    );
}
