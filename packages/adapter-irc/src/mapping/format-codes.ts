import type { FormatNode } from '@natter/core/model';

/** modern.ircdocs.horse/formatting: what each control character switches. */
const TOGGLES: Readonly<Record<string, 'bold' | 'italic' | 'underline' | 'strike' | 'code'>> = {
  '\x02': 'bold',
  '\x1d': 'italic',
  '\x1f': 'underline',
  '\x1e': 'strike',
  '\x11': 'code',
};
const CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TOGGLES).map(([code, type]) => [type, code]),
);

/** The sixteen colours that all clients know. */
const COLOURS: readonly string[] = [
  '#ffffff', '#000000', '#00007f', '#009300', '#ff0000', '#7f0000', '#9c009c', '#fc7f00',
  '#ffff00', '#00fc00', '#009393', '#00ffff', '#0000fc', '#ff00ff', '#7f7f7f', '#d2d2d2',
]; // prettier-ignore

interface Style {
  readonly marks: ReadonlySet<string>;
  readonly foreground: string | null;
  readonly background: string | null;
}

const PLAIN: Style = { marks: new Set(), foreground: null, background: null };
/** Any control character, with the colours behind the two that take them. */
const CONTROL =
  /\x03(?:(\d{1,2})(?:,(\d{1,2}))?)?|\x04(?:([0-9A-Fa-f]{6})(?:,([0-9A-Fa-f]{6}))?)?|[\x00-\x08\x0b-\x1f\x7f]/g; // oxlint-disable-line no-control-regex

/** Most lines have none of them. */
const ANY_CODE = /[\x00-\x08\x0b-\x1f\x7f]/; // oxlint-disable-line no-control-regex

/** Reads a text with codes: the plain text, and the tree when there is any formatting. Never throws, linear time. */
export function readFormatting(text: string): { text: string; formatted?: readonly FormatNode[] } {
  if (!ANY_CODE.test(text)) return { text };
  let style = PLAIN;
  let plain = '';
  const nodes: FormatNode[] = [];
  const add = (piece: string): void => {
    if (piece === '') return;
    plain += piece;
    nodes.push(wrap(piece, style));
  };
  let at = 0;
  for (const match of text.matchAll(CONTROL)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    style = change(style, match);
  }
  add(text.slice(at));
  return nodes.every((node) => typeof node === 'string')
    ? { text: plain }
    : { text: plain, formatted: nodes };
}

function change(style: Style, match: RegExpExecArray): Style {
  const code = match[0].charAt(0);
  const mark = TOGGLES[code];
  if (mark !== undefined) {
    const marks = new Set(style.marks);
    if (!marks.delete(mark)) marks.add(mark);
    return { ...style, marks };
  }
  if (code === '\x0f') return PLAIN;
  if (code === '\x16') return { ...style, foreground: style.background, background: style.foreground };
  if (code !== '\x03' && code !== '\x04') return style;
  const [, color, ground, hex, hexGround] = match;
  const foreground = code === '\x03' ? colourOf(color) : hexOf(hex);
  const background = code === '\x03' ? colourOf(ground) : hexOf(hexGround);
  if (color === undefined && hex === undefined) return { ...style, foreground: null, background: null };
  return { ...style, foreground, background: background ?? style.background };
}

function wrap(text: string, { marks, foreground, background }: Style): FormatNode {
  let node: FormatNode = text;
  for (const type of marks) node = { type: type as 'bold', children: [node] };
  if (foreground === null && background === null) return node;
  return {
    type: 'color',
    ...(foreground === null ? {} : { foreground }),
    ...(background === null ? {} : { background }),
    children: [node],
  };
}

function colourOf(number: string | undefined): string | null {
  return number === undefined ? null : (COLOURS[Number(number)] ?? null);
}

function hexOf(hex: string | undefined): string | null {
  return hex === undefined ? null : `#${hex.toLowerCase()}`;
}

/** Writes a tree with codes. What IRC has no code for is written as its children; the text itself carries none. */
export function writeFormatting(nodes: readonly FormatNode[]): string {
  return nodes.map(writeNode).join('');
}

function writeNode(node: FormatNode): string {
  if (typeof node === 'string') return withoutCodes(node);
  switch (node.type) {
    case 'break':
      return '\n';
    case 'code-block':
      return withoutCodes(node.text)
        .split('\n')
        .map((line) => `\x11${line}\x11`)
        .join('\n');
    case 'mention':
      return withoutCodes(node.text);
    case 'link': {
      const text = writeFormatting(node.children);
      return text === '' || text === node.url
        ? withoutCodes(node.url)
        : `${text} (${withoutCodes(node.url)})`;
    }
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
    case 'code': {
      const code = CODES[node.type] ?? '';
      return `${code}${writeFormatting(node.children)}${code}`;
    }
    case 'quote':
      return `> ${writeFormatting(node.children)}\n`;
    case 'item':
      return `- ${writeFormatting(node.children)}\n`;
    case 'paragraph':
    case 'heading':
      return `${writeFormatting(node.children)}\n`;
    case 'color':
    case 'spoiler':
    case 'list':
    case 'ordered-list':
      return writeFormatting(node.children);
  }
}

/** A text of ours in which no character means anything to IRC: pasted control characters are dropped, line ends stay. */
export function withoutCodes(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''); // oxlint-disable-line no-control-regex
}
