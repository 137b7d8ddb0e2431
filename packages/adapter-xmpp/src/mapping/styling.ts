import type { FormatNode } from '@natter/core/model';

/** What stands around a span (XEP-0393 section 5.1.4), and what it makes of it. */
const SPANS: Readonly<Record<string, 'bold' | 'italic' | 'strike' | 'code'>> = {
  '*': 'bold',
  _: 'italic',
  '~': 'strike',
  '`': 'code',
};
/** Spans and quotes inside of each other; what is deeper stays as it is. */
const DEEPEST = 6;
/** Longer texts are no chat, and are shown as they are. */
const LONGEST = 20_000;

/** Reads Message Styling (XEP-0393) into a tree, in time linear in the text. Null for a text without any. */
export function readStyling(text: string): readonly FormatNode[] | null {
  if (text.length > LONGEST || !/[*_~`>]/.test(text)) return null;
  const nodes = blocks(text.split('\n'), 0);
  return nodes.some((node) => typeof node !== 'string' && node.type !== 'break') ? nodes : null;
}

/** Section 5.1: quotes, preformatted blocks, and lines. */
function blocks(lines: readonly string[], depth: number): FormatNode[] {
  const nodes: FormatNode[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      const end = lines.indexOf('```', at + 1);
      const until = end < 0 ? lines.length : end; // an open block goes on to the end
      const language = line.slice(3).trim();
      const text = lines.slice(at + 1, until).join('\n');
      nodes.push({ type: 'code-block', text, ...(language === '' ? {} : { language }) });
      at = until + 1;
    } else if (line.startsWith('>') && depth < DEEPEST) {
      let until = at;
      while (lines[until]?.startsWith('>') === true) until += 1;
      const quoted = lines.slice(at, until).map((each) => each.slice(1).replace(/^ /, ''));
      nodes.push({ type: 'quote', children: blocks(quoted, depth + 1) });
      at = until;
    } else {
      if (nodes.length > 0 && isLine(nodes.at(-1))) nodes.push({ type: 'break' });
      nodes.push(...spans(line, 0));
      at += 1;
    }
  }
  return nodes;
}

/** Whether what stands before on the same level is a line, which a break has to end. */
function isLine(node: FormatNode | undefined): boolean {
  return typeof node === 'string' || (node?.type !== 'quote' && node?.type !== 'code-block');
}

/** Section 5.2. */
function spans(line: string, depth: number): FormatNode[] {
  const nodes: FormatNode[] = [];
  const closed = new Set<string>(); // marks that nothing closes any more
  let plain = 0;
  for (let at = 0; at < line.length; at += 1) {
    const mark = line[at] ?? '';
    const type = SPANS[mark];
    if (type === undefined || closed.has(mark) || depth >= DEEPEST || !opens(line, at)) continue;
    const end = closing(line, at);
    if (end < 0) {
      closed.add(mark);
      continue;
    }
    if (at > plain) nodes.push(line.slice(plain, at));
    const inside = line.slice(at + 1, end);
    nodes.push({ type, children: type === 'code' ? [inside] : spans(inside, depth + 1) });
    plain = end + 1;
    at = end;
  }
  if (plain < line.length || nodes.length === 0) nodes.push(line.slice(plain));
  return nodes;
}

/** A mark opens at the beginning or behind a space, and before what is no space. */
function opens(line: string, at: number): boolean {
  return (at === 0 || /\s/.test(line[at - 1] ?? '')) && /\S/.test(line[at + 1] ?? '');
}

/** The first mark of the same kind behind something that is no space; -1 for none. */
function closing(line: string, from: number): number {
  const mark = line[from] ?? '';
  for (let end = line.indexOf(mark, from + 2); end >= 0; end = line.indexOf(mark, end + 1))
    if (/\S/.test(line[end - 1] ?? '')) return end;
  return -1;
}
