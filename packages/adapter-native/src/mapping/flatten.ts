import type { FormatNode } from '@natter/core';
import type { Mention, TextSpan } from '@natter/native-protocol';

/** What a tree of formatting is on the wire: one text, and stretches of it. */
export interface Flat {
  readonly text: string;
  readonly formatting: readonly TextSpan[];
  readonly mentions: readonly Mention[];
}

/** Only these may stand in a link of the protocol; others stay plain text. */
const linkPattern = /^(?:https?:\/\/|mailto:)\S+$/iu;

/** Nodes deeper than this are taken as their text: front ends give trees, and what comes over a link may be anything. */
const maximumDepth = 32;

/** The opposite of `formatTree`. What the protocol has no style for becomes its text, with lists and paragraphs as lines. */
export function flatten(nodes: readonly FormatNode[]): Flat {
  const writer = new Writer();
  writer.all(nodes, 0);
  return writer;
}

class Writer implements Flat {
  text = '';
  readonly formatting: TextSpan[] = [];
  readonly mentions: Mention[] = [];

  all(nodes: readonly FormatNode[], depth: number): void {
    for (const node of nodes) this.#node(node, depth);
  }

  #node(node: FormatNode, depth: number): void {
    if (typeof node === 'string') {
      this.text += node;
      return;
    }
    const start = this.text.length;
    switch (node.type) {
      case 'break':
        this.text += '\n';
        return;
      case 'code-block':
        this.text += node.text;
        return this.#span(start, {
          style: 'code-block',
          ...(node.language === undefined ? {} : { language: node.language }),
        });
      case 'mention':
        this.text += node.text;
        if (this.text.length > start)
          this.mentions.push({ address: node.participant, start, length: this.text.length - start });
        return;
      case 'link':
        this.#children(node.children, depth);
        if (linkPattern.test(node.url)) this.#span(start, { style: 'link', url: node.url });
        return;
      case 'color':
        return this.#children(node.children, depth);
      case 'paragraph':
      case 'list':
      case 'ordered-list':
      case 'item':
        return this.#block(node.children, depth, node.type === 'item' ? '- ' : '');
      case 'heading':
        this.#block(node.children, depth, '');
        return this.#span(start, { style: 'bold' });
      default:
        this.#children(node.children, depth);
        return this.#span(start, { style: node.type });
    }
  }

  /** A node on lines of its own. */
  #block(children: readonly FormatNode[], depth: number, prefix: string): void {
    if (this.text !== '' && !this.text.endsWith('\n')) this.text += '\n';
    this.text += prefix;
    this.#children(children, depth);
  }

  #children(children: readonly FormatNode[], depth: number): void {
    if (depth < maximumDepth) this.all(children, depth + 1);
  }

  #span(start: number, span: Omit<TextSpan, 'start' | 'length'>): void {
    if (this.text.length > start) this.formatting.push({ start, length: this.text.length - start, ...span });
  }
}
