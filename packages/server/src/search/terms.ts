import type { MessageBody } from '@natter/native-protocol';

/** Longer texts are searchable by their beginning: what a hostile message costs is bounded. */
const longestText = 100_000;
/** More words than this in one query are left out: a query is typed by a person. */
const mostTerms = 32;

/** Runs of scripts that put no spaces between words; overlapping pairs of their characters are what is found. */
const unspaced =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}ー々〆]+/gu;
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** What of a message is found: its text and the names of its files, cut so that the tokenizer sees words. */
export function indexedText({ text, attachments = [] }: Pick<MessageBody, 'text' | 'attachments'>): string {
  const whole = [text, ...attachments.map(({ name }) => name)].join('\n').slice(0, longestText);
  return whole.normalize('NFKC').replace(unspaced, (run) => {
    const characters = Array.from(run);
    return ` ${[...pairs(characters), characters.at(-1) ?? ''].join(' ')} `;
  });
}

/**
 * What a person typed as an FTS5 expression: all words must occur, of the last one the beginning is enough. Everything that
 * is no word only separates, so nothing of it is taken for an operator. `null` when there is no word in it.
 * https://www.sqlite.org/fts5.html#full_text_query_syntax
 */
export function matchExpression(query: string): string | null {
  const terms = query
    .normalize('NFKC')
    .split(/\s+/u)
    .flatMap((text) => {
      const words = text.replace(unspaced, (run) => ` ${queryPairs(run).join(' ')} `).match(word) ?? [];
      return words.length === 0 ? [] : [{ words, short: isOneCharacter(words.at(-1) ?? '') }];
    })
    .slice(0, mostTerms);
  const last = terms.length - 1;
  const expressions = terms.map(({ words, short }, index) => {
    // Somebody may still be typing the last word. One letter begins too much to say anything, unless it is a word.
    const prefix = short.unspaced || (index === last && !short.letter);
    return `"${words.join(' ')}"${prefix ? ' *' : ''}`;
  });
  return expressions.length === 0 ? null : expressions.join(' AND ');
}

function isOneCharacter(text: string): { readonly unspaced: boolean; readonly letter: boolean } {
  const single = Array.from(text).length === 1;
  return { unspaced: single && text.search(unspaced) === 0, letter: single };
}

/** In a text a run ends with its last character alone; a query may stop inside the run, so it stops with a pair. */
function queryPairs(run: string): string[] {
  const characters = Array.from(run);
  return characters.length === 1 ? characters : pairs(characters);
}

function pairs(characters: readonly string[]): string[] {
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}
