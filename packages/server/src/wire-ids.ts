import type { ConversationId, DeviceId, FileId } from './ports/identifiers.ts';

/** The id of a conversation on the wire. */
export function conversationWireId(id: ConversationId): string {
  return `c${id.toString(36)}`;
}

/** The id of a device on the wire. */
export function deviceWireId(id: DeviceId): string {
  return `d${id.toString(36)}`;
}

/** The id of a message on the wire. */
export function messageWireId(conversation: ConversationId, seq: number): string {
  return `${conversationWireId(conversation)}.${seq}`;
}

/** The id of a file on the wire. */
export function fileWireId(id: FileId): string {
  return `f${id.toString(36)}`;
}

/** The key that a wire id stands for; `null` when it can be none. */
export function parseConversationId(id: string): ConversationId | null {
  return parse('c', id);
}
export function parseDeviceId(id: string): DeviceId | null {
  return parse('d', id);
}
export function parseFileId(id: string): FileId | null {
  return parse('f', id);
}

function parse(prefix: string, id: string): number | null {
  if (!/^[a-z][1-9a-z][0-9a-z]{0,9}$/u.test(id) || !id.startsWith(prefix)) return null;
  const number = Number.parseInt(id.slice(1), 36);
  return Number.isSafeInteger(number) ? number : null;
}
