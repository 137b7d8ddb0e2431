import { byteLength } from '../wire/format-line.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text into lines and each line into pieces of at most `limit` UTF-8 bytes. No piece ends within what a person
 * sees as one character, and where a space is near a piece ends behind it. Joined, the pieces of a line are the line.
 */
export function splitText(text: string, limit: number): readonly string[] {
  // An empty line cannot be said; a space can.
  return text.split('\n').flatMap((line) => (line === '' ? [' '] : splitLine(line, limit)));
}

function splitLine(line: string, limit: number): readonly string[] {
  if (byteLength(line) <= limit) return [line];
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const grapheme of graphemes(line, limit)) {
    const size = byteLength(grapheme);
    if (bytes + size > limit) {
      const space = piece.lastIndexOf(' ') + 1;
      // A word that is longer than a quarter of a line is cut rather than carried over.
      const end = space > (piece.length * 3) / 4 ? space : piece.length;
      pieces.push(piece.slice(0, end));
      piece = piece.slice(end);
      bytes = byteLength(piece);
    }
    piece += grapheme;
    bytes += size;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/** What a person sees as one character; one that is longer than a line comes in code points. */
function* graphemes(line: string, limit: number): Generator<string> {
  for (const { segment } of segmenter.segment(line)) {
    if (byteLength(segment) <= limit) yield segment;
    else yield* segment;
  }
}
