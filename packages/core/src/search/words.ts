/**
 * Text as the words that search compares: lower case, without diacritics, compatibility forms unified (full-width Latin is
 * Latin), and for scripts that put no spaces between words overlapping pairs of characters, so that any two characters
 * in a row are found. Both stores cut with this, so that both find the same.
 */

/** Longer texts are searchable by their beginning: what a hostile message costs is bounded. */
export const searchableLength = 100_000;

/** Longer words are cut, in texts and queries alike. */
const wordLength = 64;

const ascii = /^[\0-\x7f]*$/;
const asciiWord = /[a-z0-9]+/g;
/** Marks that people leave out when they search: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels. */
const optionalMarks =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]/g;
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** Runs of a script without spaces between words, or of everything else. */
const run =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}ー々〆]+|[^\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}ー々〆]+/gu;
const unspaced =
  /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}ー々〆]/u;

/** The words of a text, in order. They hold letters, digits and marks only. */
export function searchWords(text: string): readonly string[] {
  const start = text.length > searchableLength ? text.slice(0, searchableLength) : text;
  if (ascii.test(start)) return (start.toLowerCase().match(asciiWord) ?? []).map(cut);
  return runsOf(fold(start)).flatMap(({ characters, spaceless }) =>
    spaceless ? [...pairs(characters), characters.at(-1) ?? ''] : [cut(characters.join(''))],
  );
}

/** A stretch of one kind of script. */
interface Run {
  readonly characters: readonly string[];
  readonly spaceless: boolean;
}

function runsOf(folded: string): Run[] {
  const parts = (folded.match(word) ?? []).flatMap((text) => text.match(run) ?? []);
  return parts.map((part) => ({ characters: Array.from(part), spaceless: unspaced.test(part) }));
}

/** Words that must stand side by side, in order; of the last one the beginning is enough when `prefix` is set. */
export interface SearchTerm {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** More words than this in one query are left out: a query is typed by a person. */
const termsInQuery = 32;

/** What a user typed, as the terms that must all occur. Quotes, operators and control characters are only separators. */
export function searchTerms(query: string): readonly SearchTerm[] {
  const words = query
    .slice(0, 4096)
    .split(/\s+/u)
    .map(termOf)
    .filter((term) => term.words.length > 0);
  const terms = words.slice(0, termsInQuery);
  return terms.map((term, index) => (index === terms.length - 1 ? withBeginnings(term) : term));
}

/** Somebody may still be typing the last word. One letter begins too much to say anything. */
function withBeginnings(term: SearchTerm): SearchTerm {
  return { ...term, prefix: term.prefix || (term.words.at(-1)?.length ?? 0) > 1 };
}

/** In a text a run of pairs ends with its last character; a query may stop inside the run, so it stops with a pair. */
function termOf(text: string): SearchTerm {
  const runs = runsOf(fold(text));
  const words = runs.flatMap(({ characters, spaceless }, index) => {
    if (!spaceless) return [cut(characters.join(''))];
    const last = characters.at(-1) ?? '';
    return index < runs.length - 1 || characters.length === 1
      ? [...pairs(characters), last]
      : pairs(characters);
  });
  const end = runs.at(-1);
  return { words, prefix: end !== undefined && end.spaceless && end.characters.length === 1 };
}

/** Whether all terms occur in the words of a text. */
export function matchesTerms(words: readonly string[], terms: readonly SearchTerm[]): boolean {
  return terms.every((term) => words.some((_, at) => standsAt(words, at, term)));
}

function standsAt(words: readonly string[], at: number, term: SearchTerm): boolean {
  return term.words.every((wanted, index) => {
    const found = words[at + index];
    if (found === undefined) return false;
    return term.prefix && index === term.words.length - 1 ? found.startsWith(wanted) : found === wanted;
  });
}

function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(optionalMarks, '').normalize('NFC');
  return bare.toLowerCase().replaceAll('ς', 'σ').replace(optionalMarks, '');
}

function pairs(characters: readonly string[]): string[] {
  const result: string[] = [];
  for (let at = 1; at < characters.length; at += 1) result.push(`${characters[at - 1]}${characters[at]}`);
  return result;
}

function cut(text: string): string {
  if (text.length <= wordLength) return text;
  // Half a surrogate pair would not survive a store.
  return text.slice(0, wordLength).replace(/[\ud800-\udbff]$/, '');
}
