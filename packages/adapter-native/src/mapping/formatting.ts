import { remoteKey, type FormatNode } from '@natter/core';
import type { Mention, MessageBody, TextSpan } from '@natter/native-protocol';

/** A stretch of the text that becomes a node. */
interface Mark {
  readonly start: number;
  readonly end: number;
  /** What it is, and what it goes inside of: marks of a lower rank are outside. */
  readonly rank: number;
  readonly span: TextSpan | null;
  readonly mention: Mention | null;
}

/** Text between two neighbouring ends of marks, and the marks that cover it, outermost first, one of a rank. */
interface Segment {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** The styles that the model knows, outermost first; mentions stand between links and the rest. */
const ranks = [
  'quote',
  'code-block',
  'spoiler',
  'link',
  'mention',
  'bold',
  'italic',
  'underline',
  'strike',
  'code',
] as const;
const mentionRank = ranks.indexOf('mention');

/** Most stretches that are honoured in one message. A person sets fewer; more would be an attack on time. */
const maximumMarks = 256;

/**
 * The stretches of a body as a tree. Stretches may overlap; where they cross, one is cut. The tree is never deeper than there
 * are styles. `undefined` for plain text.
 */
export function formatTree(body: MessageBody): readonly FormatNode[] | undefined {
  const marks = marksOf(body);
  return marks.length === 0 ? undefined : build(segmentsOf(body.text, marks), 0);
}

function marksOf(body: MessageBody): Mark[] {
  const marks: Mark[] = [];
  for (const span of body.formatting ?? []) {
    const rank = ranks.findIndex((style) => style === span.style && style !== 'mention');
    if (rank !== -1)
      marks.push({ start: span.start, end: span.start + span.length, rank, span, mention: null });
  }
  for (const mention of body.mentions ?? []) {
    marks.push({
      start: mention.start,
      end: mention.start + mention.length,
      rank: mentionRank,
      span: null,
      mention,
    });
  }
  return marks.slice(0, maximumMarks);
}

function segmentsOf(text: string, marks: readonly Mark[]): Segment[] {
  const ends = new Set([0, text.length]);
  for (const { start, end } of marks) ends.add(start).add(end);
  const cuts = [...ends].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0;
    const covering = new Map<number, Mark>();
    for (const mark of marks)
      if (mark.start <= start && mark.end >= end && !covering.has(mark.rank)) covering.set(mark.rank, mark);
    return { text: text.slice(start, end), marks: [...covering.values()].sort((a, b) => a.rank - b.rank) };
  });
}

function build(segments: readonly Segment[], level: number): FormatNode[] {
  const nodes: FormatNode[] = [];
  for (let from = 0; from < segments.length;) {
    const mark = segments[from]?.marks[level];
    let to = from + 1;
    while (to < segments.length && segments[to]?.marks[level] === mark) to += 1;
    const covered = segments.slice(from, to);
    if (mark === undefined) nodes.push(textOf(covered));
    else nodes.push(nodeOf(mark, covered, level));
    from = to;
  }
  return nodes;
}

function nodeOf(mark: Mark, covered: readonly Segment[], level: number): FormatNode {
  const { span, mention } = mark;
  if (mention !== null)
    return { type: 'mention', participant: remoteKey(mention.address), text: textOf(covered) };
  if (span?.style === 'code-block') {
    return {
      type: 'code-block',
      text: textOf(covered),
      ...(span.language === undefined ? {} : { language: span.language }),
    };
  }
  const children = build(covered, level + 1);
  if (span?.style === 'link') return { type: 'link', url: span.url ?? textOf(covered), children };
  return { type: simpleStyle(mark.rank), children };
}

function simpleStyle(
  rank: number,
): 'quote' | 'spoiler' | 'bold' | 'italic' | 'underline' | 'strike' | 'code' {
  const style = ranks[rank];
  if (style === undefined || style === 'mention' || style === 'link' || style === 'code-block') return 'bold';
  return style;
}

function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join('');
}
