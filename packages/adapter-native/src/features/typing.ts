import { remoteKey, type RemoteKey } from '@natter/core';
import type { TypingPush } from '@natter/native-protocol';
import type { Context } from './context.ts';

/** No notice is believed for longer than this, milliseconds. */
const longest = 60_000;

/** Somebody writes, or has stopped. */
export function typingPushed(context: Context, push: TypingPush): void {
  const { conversation, from, active, expiresAfter } = push;
  // Another device of ours: we know that we write.
  if (from === context.account.address) return;
  const expiresAt = Date.now() + Math.min(expiresAfter, longest);
  context.host.hint([
    {
      type: 'typing',
      conversation: remoteKey(conversation),
      key: remoteKey(from),
      name: null,
      active,
      expiresAt,
    },
  ]);
}

/** We write, or have stopped. */
export function sendTyping(context: Context, conversation: RemoteKey, active: boolean): void {
  context.connection.signal({ type: 'typing', conversation, active });
}
