import { Parser } from 'htmlparser2';
import type { FormatNode } from '@natter/core/model';
import { own } from '@natter/wire';
import { keyOf, isUserId } from '../keys.ts';

/** Deeper elements lose their meaning and keep their text (Matrix 1.16, section "m.room.message msgtypes": at most 100). */
const DEPTH = 100;
/** More nodes than a message of 64 KiB has any use for. */
const MOST_NODES = 10_000;
/** What is inside says nothing to people. */
const SILENT: ReadonlySet<string> = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'mx-reply',
  'noscript',
  'iframe',
  'object',
  'textarea',
]);
const PLAIN: Readonly<Record<string, PlainName>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  del: 'strike',
  s: 'strike',
  strike: 'strike',
  code: 'code',
  blockquote: 'quote',
  p: 'paragraph',
  div: 'paragraph',
  ul: 'list',
  ol: 'ordered-list',
  li: 'item',
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  h4: 'heading',
  h5: 'heading',
  h6: 'heading',
};

type Wrapper = Extract<FormatNode, { readonly type: unknown; readonly children: unknown }>;
type PlainName = Exclude<Wrapper['type'], 'link' | 'color'>;

/** An element that is open. */
interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: FormatNode[];
}

/**
 * The HTML of a message as a tree: what the specification lets a client show, and of everything else the text. Nothing of
 * it can run, load or style anything, as no such node exists.
 */
export function readHtml(html: string): readonly FormatNode[] {
  const reader = new Reader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (text) => reader.text(text),
      onclosetag: (name) => reader.close(name),
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(html);
  return reader.end();
}

class Reader {
  readonly #root: FormatNode[] = [];
  readonly #open: Open[] = [];
  #silent = 0;
  #deep = 0;
  #nodes = 0;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (SILENT.has(name)) this.#silent += 1;
    else if (this.#open.length >= DEPTH) this.#deep += 1;
    else this.#open.push({ name, attributes, children: [] });
  }

  text(text: string): void {
    if (this.#silent > 0) return;
    const children = this.#open.at(-1)?.children ?? this.#root;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else this.#add(text);
  }

  close(name: string): void {
    if (SILENT.has(name)) this.#silent = Math.max(0, this.#silent - 1);
    else if (this.#deep > 0) this.#deep -= 1;
    else {
      const element = this.#open.pop();
      if (element !== undefined && this.#silent === 0) for (const node of nodesOf(element)) this.#add(node);
    }
  }

  end(): readonly FormatNode[] {
    while (this.#open.length > 0) this.close(this.#open.at(-1)?.name ?? '');
    return this.#root;
  }

  #add(node: FormatNode): void {
    this.#nodes += 1;
    if (this.#nodes <= MOST_NODES) (this.#open.at(-1)?.children ?? this.#root).push(node);
  }
}

function nodesOf({ name, attributes, children }: Open): readonly FormatNode[] {
  if (name === 'br' || name === 'hr') return [{ type: 'break' }];
  if (name === 'img') return attributes['alt'] ? [attributes['alt']] : [];
  if (name === 'pre') return [codeBlock(children)];
  if (name === 'a') return link(attributes['href'] ?? '', children);
  if (name === 'span' || name === 'font') return span(attributes, children);
  // The language of a block stands at the code element within it.
  if (name === 'code' && attributes['class']?.startsWith('language-'))
    return [{ type: 'code-block', text: textOf(children), language: language(attributes['class']) }];
  const type = own(PLAIN, name);
  return type === undefined ? children : [{ type, children }];
}

function codeBlock(children: readonly FormatNode[]): FormatNode {
  const [first] = children;
  if (children.length === 1 && typeof first === 'object' && first.type === 'code-block') return first;
  return { type: 'code-block', text: textOf(children) };
}

function language(className: string): string {
  return className
    .slice('language-'.length)
    .replace(/[^\w+#.-].*$/s, '')
    .slice(0, 40);
}

function link(href: string, children: readonly FormatNode[]): readonly FormatNode[] {
  const user = /^https:\/\/matrix\.to\/#\/([^?]+)/.exec(href)?.[1];
  const id = user === undefined ? '' : decode(user);
  if (isUserId(id)) return [{ type: 'mention', participant: keyOf(id), text: textOf(children) }];
  // Others would run something (`javascript:`) or read what is ours (`file:`).
  const safe = /^(?:https?|ftp|mailto|magnet|matrix):/i.test(href) && href.length <= 4096;
  return safe ? [{ type: 'link', url: href, children }] : children;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function span(
  attributes: Readonly<Record<string, string>>,
  children: readonly FormatNode[],
): readonly FormatNode[] {
  if (attributes['data-mx-spoiler'] !== undefined) return [{ type: 'spoiler', children }];
  const foreground = color(attributes['data-mx-color'] ?? attributes['color']);
  const background = color(attributes['data-mx-bg-color']);
  if (foreground === null && background === null) return children;
  return [
    {
      type: 'color',
      ...(foreground === null ? {} : { foreground }),
      ...(background === null ? {} : { background }),
      children,
    },
  ];
}

function color(value: string | undefined): string | null {
  return value !== undefined && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : null;
}

function textOf(nodes: readonly FormatNode[]): string {
  return nodes.map(plain).join('');
}

function plain(node: FormatNode): string {
  if (typeof node === 'string') return node;
  if (node.type === 'break') return '\n';
  if ('text' in node) return node.text;
  return textOf(node.children);
}
