import type { Adapter, Batch, Event, Interaction, MessageIn, Session, SessionHost } from '@natter/core';
import { delegate } from '../../../src/conformance/index.ts';
import type { ProfileName } from '../../../src/memory/index.ts';

/** An adapter with one fault, and the case that must find it. */
export interface BrokenAdapter {
  readonly fault: string;
  readonly profile: ProfileName;
  readonly foundBy: string;
  spoil(adapter: Adapter): Adapter;
}

export function session(spoiled: (right: Session) => Partial<Session>): BrokenAdapter['spoil'] {
  return (adapter) => ({
    ...adapter,
    open: (account, right) => {
      const opened = delegate(adapter.open(account, right));
      return { ...opened, ...spoiled(opened) };
    },
  });
}

export function host(spoiled: (right: SessionHost) => Partial<SessionHost>): BrokenAdapter['spoil'] {
  return (adapter) => ({
    ...adapter,
    open: (account, right) => adapter.open(account, { ...delegate(right), ...spoiled(right) }),
  });
}

export function signIn(spoiled: (right: Interaction) => Partial<Interaction>): BrokenAdapter['spoil'] {
  return (adapter) => ({
    ...adapter,
    login: (start, base) => {
      const interaction = adapter.login(start, base);
      return { ...interaction, ...spoiled(interaction) };
    },
  });
}

export function declare(support: Adapter['capabilities']['support']): BrokenAdapter['spoil'] {
  return (adapter) => {
    const { capabilities } = adapter;
    return {
      ...adapter,
      capabilities: { ...capabilities, support: { ...capabilities.support, ...support } },
    };
  };
}

export function mapEvents(batch: Batch, change: (event: Event) => Event): Batch {
  return { ...batch, events: batch.events.map(change) };
}

export function filterEvents(batch: Batch, keep: (event: Event) => boolean): Batch {
  return { ...batch, events: batch.events.filter(keep) };
}

export function mapMessages(batch: Batch, change: (item: MessageIn) => MessageIn): Batch {
  return mapEvents(batch, (event) =>
    event.type === 'timeline' ? { ...event, items: event.items.map(change) } : event,
  );
}

export function reversed(event: Event): Event {
  return event.type === 'timeline' ? { ...event, items: event.items.toReversed() } : event;
}
