import type { Attachment, Op } from '@natter/core';
import { Refusal, type Body } from '../network/protocol.ts';
import type { Context } from '../session.ts';
import { upload } from './files.ts';

type Send = Extract<Op['body'], { type: 'send' }>;

/** The wire messages of one send: several where the text is too long for one. */
export async function bodiesOf(context: Context, op: Op, send: Send): Promise<Body[]> {
  const { content, replyTo, thread, mentions } = send;
  if (content.kind === 'attachment') {
    const attachments = await uploaded(context, op, content.attachments);
    return [{ kind: 'attachment', text: content.text, attachments }];
  }
  if (content.kind !== 'text' && content.kind !== 'emote' && content.kind !== 'notice') {
    throw new Refusal('unsupported', `a message cannot be ${content.kind}`);
  }
  const { kind, text, formatted } = content;
  const { keeps, textBytes, capabilities } = context.view.profile;
  const limit = capabilities.limits.textBytes ?? Infinity;
  if (byteLength(text) > limit) throw new Refusal('too-large', `a text may have ${limit} bytes at most`);
  if (!keeps) return split(text, textBytes).map((part) => ({ kind, text: part }));
  const reply =
    replyTo !== null && 'stable' in replyTo.target
      ? { id: replyTo.target.stable, quote: replyTo.quote }
      : null;
  return [
    {
      kind,
      text,
      ...(formatted && { formatted }),
      ...(reply && { replyTo: reply }),
      ...(thread !== null && 'stable' in thread && { thread: thread.stable }),
      ...(mentions.length > 0 && { mentions }),
    },
  ];
}

/** Cuts a text into parts of at most so many UTF-8 bytes, never inside a character. */
export function split(text: string, limit: number): string[] {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of text) {
    const length = byteLength(character);
    if (size + length > limit && part !== '') {
      parts.push(part);
      [part, size] = ['', 0];
    }
    part += character;
    size += length;
  }
  return part === '' && parts.length > 0 ? parts : [...parts, part];
}

/**
 * Uploads what is not uploaded yet. What was uploaded is checkpointed, so that an attempt after a crash does not do it
 * again.
 */
async function uploaded(context: Context, op: Op, attachments: readonly Attachment[]): Promise<Attachment[]> {
  const done = op.memo === null ? [] : (JSON.parse(op.memo) as string[]);
  const result: Attachment[] = [];
  for (const [index, attachment] of attachments.entries()) {
    const remote = attachment.remote ?? done[index] ?? (await upload(context, attachment));
    done[index] = remote;
    await context.host.checkpoint(op.id, JSON.stringify(done));
    result.push({ ...attachment, remote, blob: null });
  }
  return result;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
