import type { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** How long a "composing" is believed without another, in milliseconds (XEP-0085 tells of changes only). */
export const TYPING_TIME = 30_000;
const CHAT_STATES: readonly string[] = ['active', 'composing', 'paused', 'inactive', 'gone'];

/** Whether the sender types, or null when the message does not say. */
export function readTyping(message: Element): boolean | null {
  const state = message.children.find(
    (child): child is Element =>
      typeof child === 'object' && child.getNS() === NS.chatStates && CHAT_STATES.includes(child.name),
  );
  return state === undefined ? null : state.name === 'composing';
}
