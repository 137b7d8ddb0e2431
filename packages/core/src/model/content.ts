import type { Attachment } from './attachment.ts';
import type { ContactId, RemoteKey } from './ids.ts';
import type { JsonObject } from './json.ts';

/**
 * Formatting as a tree: adapters map HTML, Message Styling or IRC codes onto it, front ends map it onto what they can
 * show. A node that a front end does not know is shown as its children.
 */
export type FormatNode =
  | string
  | {
      readonly type:
        | 'bold'
        | 'italic'
        | 'underline'
        | 'strike'
        | 'code'
        | 'spoiler'
        | 'quote'
        | 'paragraph'
        | 'list'
        | 'ordered-list'
        | 'item'
        | 'heading';
      readonly children: readonly FormatNode[];
    }
  | { readonly type: 'code-block'; readonly text: string; readonly language?: string }
  | { readonly type: 'link'; readonly url: string; readonly children: readonly FormatNode[] }
  | {
      readonly type: 'mention';
      readonly participant: RemoteKey;
      readonly contact?: ContactId;
      readonly text: string;
    }
  | {
      readonly type: 'color';
      readonly foreground?: string;
      readonly background?: string;
      readonly children: readonly FormatNode[];
    }
  | { readonly type: 'break' };

/** What a message says. `text` is always a plain fallback that can be shown alone. */
export type Content =
  | {
      /** `emote` is `/me`, `notice` must never be answered by a machine. */
      readonly kind: 'text' | 'emote' | 'notice';
      readonly text: string;
      readonly formatted?: readonly FormatNode[];
    }
  | { readonly kind: 'attachment'; readonly text: string; readonly attachments: readonly Attachment[] }
  /** Something that happened: joined, left, topic changed, ... `data` says what. */
  | { readonly kind: 'system'; readonly text: string; readonly data: JsonObject }
  /** Encrypted, and we have no key (yet). The sender's fallback text is never shown in its place. */
  | { readonly kind: 'undecryptable'; readonly text: string; readonly reason: string }
  /** Something that natter has no word for; `data` keeps what the adapter saw. */
  | { readonly kind: 'unsupported'; readonly text: string; readonly data: JsonObject };

/** The kinds of content. */
export type ContentKind = Content['kind'];
