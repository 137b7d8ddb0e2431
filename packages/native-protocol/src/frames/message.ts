import { z } from 'zod';
import { addressSchema, conversationIdSchema, sequenceSchema, timeSchema } from './fields.ts';
import type { Address, ConversationId, Sequence, Time } from './fields.ts';

/** How a stretch of text is set. A style that a client does not know is shown as plain text. */
export type TextStyle =
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strike'
  | 'spoiler'
  | 'code'
  | 'code-block'
  | 'quote'
  | 'link';

/**
 * A stretch of the text with a style. Stretches may overlap and nest; the text alone is always readable.
 * `start` and `length` count UTF-16 code units.
 */
export interface TextSpan {
  readonly start: number;
  readonly length: number;
  readonly style: string;
  /** With `link`: where it leads. Only `http:`, `https:` and `mailto:` are taken. */
  readonly url?: string;
  /** With `code-block`: the language. */
  readonly language?: string;
}

/** Somebody is spoken to by name in a stretch of the text. */
export interface Mention {
  readonly address: Address;
  readonly start: number;
  readonly length: number;
}

/** A file that the message points to. */
export interface Attachment {
  readonly kind: 'image' | 'audio' | 'video' | 'file';
  /** Where the bytes are; `https:` or `http:`. */
  readonly url: string;
  /** The file of this server that it is, which `file-get` gives leave to read; `url` only names it then. */
  readonly file?: string;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size?: number;
  /** SHA-256 of the bytes in lower-case hexadecimal. */
  readonly sha256?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds. */
  readonly duration?: number;
  /** A small picture of it, which the server makes of images that it has the bytes of. What a client says here is not taken. */
  readonly thumbnail?: Thumbnail;
}

/** A small picture of a file: a file of the server as well, which `file-get` gives leave to read. */
export interface Thumbnail {
  readonly file: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the sender wrote. */
export interface MessageBody {
  /** Plain text, complete without the other fields. Empty only beside attachments. */
  readonly text: string;
  /** `text` when absent. `emote`: told of the sender in the third person. `notice`: from a program, not to be answered by one. */
  readonly kind?: 'text' | 'emote' | 'notice';
  readonly formatting?: readonly TextSpan[];
  readonly mentions?: readonly Mention[];
  /** The message of the same conversation that this one answers. */
  readonly reply?: Sequence;
  /** The message of the same conversation that began the thread this one belongs to. */
  readonly thread?: Sequence;
  readonly attachments?: readonly Attachment[];
}

/** A message as the server stores it. */
export interface Message {
  readonly conversation: ConversationId;
  /** Dense: the neighbours are `seq - 1` and `seq + 1`. */
  readonly seq: Sequence;
  /** Opaque, unique on the server, permanent. */
  readonly messageId: string;
  readonly from: Address;
  /** When the server stored it. */
  readonly time: Time;
  /** Chosen by the sender; told to the sender's own devices only. */
  readonly clientId?: string;
  /** `null` after retraction. */
  readonly body: MessageBody | null;
  /** When the body was last replaced. */
  readonly editedAt?: Time;
  readonly retractedAt?: Time;
  readonly reactions?: readonly ReactionGroup[];
  /** When it vanishes for everybody; absent for one that stays. */
  readonly expiresAt?: Time;
}

/** All who reacted to a message by the same key. */
export interface ReactionGroup {
  /** Usually one emoji. */
  readonly key: string;
  readonly by: readonly Address[];
}

const rangeShape = { start: z.int().nonnegative(), length: z.int().positive() };

const spanSchema = z.object({
  ...rangeShape,
  style: z.string().min(1).max(32),
  url: z
    .string()
    .max(2048)
    .regex(/^(?:https?:\/\/|mailto:)[^\s]+$/iu)
    .exactOptional(),
  language: z.string().max(64).exactOptional(),
});

const attachmentSchema = z.object({
  kind: z.enum(['image', 'audio', 'video', 'file']),
  url: z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s]+$/iu),
  file: z.string().min(1).max(64).exactOptional(),
  name: z.string().max(255),
  mediaType: z.string().max(127),
  size: z.int().nonnegative().exactOptional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .exactOptional(),
  width: z.int().positive().exactOptional(),
  height: z.int().positive().exactOptional(),
  duration: z.int().nonnegative().exactOptional(),
  thumbnail: z
    .object({
      file: z.string().min(1).max(64),
      mediaType: z.string().max(127),
      size: z.int().nonnegative(),
      width: z.int().positive(),
      height: z.int().positive(),
    })
    .exactOptional(),
});

/** The schema of {@link MessageBody}. */
export const messageBodySchema: z.ZodType<MessageBody> = z
  .object({
    text: z.string(),
    kind: z.enum(['text', 'emote', 'notice']).exactOptional(),
    formatting: z.array(spanSchema).max(1000).exactOptional(),
    mentions: z
      .array(z.object({ address: addressSchema, ...rangeShape }))
      .max(200)
      .exactOptional(),
    reply: sequenceSchema.exactOptional(),
    thread: sequenceSchema.exactOptional(),
    attachments: z.array(attachmentSchema).max(32).exactOptional(),
  })
  .refine(hasContent, { error: 'a message has text or attachments', path: ['text'] })
  .refine(rangesAreInside, { error: 'a range ends outside the text', path: ['formatting'] });

/** Chosen by the sender, unique among the sender's messages: random, not counted, and kept for resends. */
export const clientIdSchema: z.ZodType<string> = z.string().min(1).max(64);

/** A reaction: an emoji or a short text. */
export const reactionKeySchema: z.ZodType<string> = z.string().min(1).max(64);

/** The schema of {@link Message}. */
export const messageSchema: z.ZodType<Message> = z.object({
  conversation: conversationIdSchema,
  seq: sequenceSchema,
  messageId: z.string().min(1),
  from: addressSchema,
  time: timeSchema,
  clientId: clientIdSchema.exactOptional(),
  body: messageBodySchema.nullable(),
  editedAt: timeSchema.exactOptional(),
  retractedAt: timeSchema.exactOptional(),
  reactions: z.array(z.object({ key: reactionKeySchema, by: z.array(addressSchema) })).exactOptional(),
  expiresAt: timeSchema.exactOptional(),
});

interface Ranged {
  readonly start: number;
  readonly length: number;
}

function hasContent(body: { text: string; attachments?: readonly unknown[] }): boolean {
  return body.text.length > 0 || (body.attachments?.length ?? 0) > 0;
}

function rangesAreInside(body: {
  text: string;
  formatting?: readonly Ranged[];
  mentions?: readonly Ranged[];
}): boolean {
  const inside = ({ start, length }: Ranged): boolean => start + length <= body.text.length;
  return (body.formatting?.every(inside) ?? true) && (body.mentions?.every(inside) ?? true);
}
