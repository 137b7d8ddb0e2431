import type { FormatNode } from '@natter/core/model';

const TAGS: Readonly<Record<string, string>> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 'del',
  code: 'code',
  quote: 'blockquote',
  paragraph: 'p',
  list: 'ul',
  'ordered-list': 'ol',
  item: 'li',
  heading: 'h3',
};

/** A tree as HTML of which every text is escaped. */
export function writeHtml(nodes: readonly FormatNode[]): string {
  return nodes.map(write).join('');
}

function write(node: FormatNode): string {
  if (typeof node === 'string') return escape(node).replaceAll('\n', '<br>');
  switch (node.type) {
    case 'break':
      return '<br>';
    case 'code-block': {
      const language = node.language === undefined ? '' : ` class="language-${escape(node.language)}"`;
      return `<pre><code${language}>${escape(node.text)}</code></pre>`;
    }
    case 'mention':
      return `<a href="https://matrix.to/#/${encodeURIComponent(node.participant)}">${escape(node.text)}</a>`;
    case 'link':
      return `<a href="${escape(node.url)}">${writeHtml(node.children)}</a>`;
    case 'spoiler':
      return `<span data-mx-spoiler>${writeHtml(node.children)}</span>`;
    case 'color':
      return `<span${colorAttribute('data-mx-color', node.foreground)}${colorAttribute('data-mx-bg-color', node.background)}>${writeHtml(node.children)}</span>`;
    default: {
      const tag = TAGS[node.type] ?? 'span';
      return `<${tag}>${writeHtml(node.children)}</${tag}>`;
    }
  }
}

function colorAttribute(name: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${name}="${escape(value)}"`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
