import type { ConversationId, MessageView } from '@natter/core';
import { key, message, timeline } from './scripted.ts';
import type { Bench, Script } from './scripted.ts';

/** A conversation with bob, who has said hello. */
export async function withBob(script: Script, bench: Bench): Promise<ConversationId> {
  await script.commit({ events: [timeline(message('hello', { stable: key('1') }))] });
  return (await bench.conversation()).id;
}

/** A text to send. */
export function draft(text: string): { readonly content: { readonly kind: 'text'; readonly text: string } } {
  return { content: { kind: 'text', text } };
}

/** The newest message. */
export async function last(bench: Bench): Promise<MessageView | undefined> {
  return (await bench.messages()).at(-1);
}
