import type { ReactionGroup } from '@natter/native-protocol';
import { conversationWireId, messageWireId } from '../wire-ids.ts';

/** A message row, with what is needed to show it. */
export interface MessageRow {
  readonly conversation: number;
  readonly seq: number;
  /** Address. */
  readonly from: string;
  /** `null` for everybody but the sender. */
  readonly clientId: string | null;
  readonly time: number;
  /** JSON text of the body; `null` after retraction. */
  readonly body: string | null;
  readonly editedAt: number | null;
  readonly retractedAt: number | null;
  readonly expiresAt: number | null;
  readonly reactions?: readonly ReactionGroup[];
}

/**
 * The JSON text of a protocol `Message`. Put together from pieces, since the body is JSON already and is by far the
 * longest of them: it is neither parsed nor written again on its way from the disk to the socket.
 */
export function renderMessage(row: MessageRow): string {
  const id = conversationWireId(row.conversation);
  let text = `{"conversation":"${id}","seq":${row.seq},"messageId":"${messageWireId(row.conversation, row.seq)}","from":"${row.from}","time":${row.time}`;
  if (row.clientId !== null) text += `,"clientId":${JSON.stringify(row.clientId)}`;
  text += `,"body":${row.body ?? 'null'}`;
  if (row.editedAt !== null) text += `,"editedAt":${row.editedAt}`;
  if (row.retractedAt !== null) text += `,"retractedAt":${row.retractedAt}`;
  if (row.reactions !== undefined && row.reactions.length > 0)
    text += `,"reactions":${JSON.stringify(row.reactions)}`;
  if (row.expiresAt !== null) text += `,"expiresAt":${row.expiresAt}`;
  return `${text}}`;
}

/** The JSON text of a `message` update, without its position. */
export function renderMessageUpdate(row: MessageRow): string {
  return `{"kind":"message",${renderMessage(row).slice(1)}`;
}
