/**
 * What comes from a network is data and may say anything. These functions make it harmless on a terminal: no character of
 * it moves the cursor, changes colours or the order of what stands beside it.
 */

// C0 and DEL, C1 (which terminals take as escape sequences of one character), and the invisible characters that reorder or
// hide text: bidirectional controls, line and paragraph separators, lone surrogates, interlinear annotation.
const harmful =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]/gu;

// What is not seen at all: names that differ in it alone would look the same (UTS 39, section 3.1). Text may have it, names
// may not. Joiners are spared where scripts and emoji need them, which is not beside Latin, Greek or Cyrillic letters, and
// tags in flags.
const unseen =
  // oxlint-disable-next-line no-misleading-character-class -- the joiner is meant by itself
  /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0\ufff0-\ufff8]|(?<=^|[\s\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{Nd}])[\u200c\u200d]|[\u200c\u200d](?=$|[\s\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{Nd}\u200c\u200d])|(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]{0,6})[\u{e0000}-\u{e0fff}]/gu;

/** Scripts that are written from right to left: they would pull their neighbours along. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * One line, such as a name, without anything that a terminal would act upon or a person could not see, and with right-to-left
 * text kept to itself.
 */
export function oneLine(text: string): string {
  // Runs are found first and looked into then: one expression for both would try each of many spaces as a beginning.
  const line = text.replace(/\s+/g, (run) => (/[\r\n\t\u2028\u2029]/.test(run) ? ' ' : run));
  return isolated(line.replace(harmful, '\ufffd').replace(unseen, '\ufffd'));
}

/** The beginning of a text as {@link oneLine}: no more than `most` characters of it, and none of them cut. */
export function shortLine(text: string, most: number): string {
  return oneLine(
    Array.from(text.slice(0, 2 * most))
      .slice(0, most)
      .join(''),
  );
}

/** Like {@link oneLine} for text that may have several lines: all but the first are indented, so that none can pass for a line of ours. */
export function manyLines(text: string, indent: string): string {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => isolated(line.replace(/\t/g, '    ').replace(harmful, '\ufffd')))
    .join(`\n${indent}`);
}

/** FIRST STRONG ISOLATE ... POP DIRECTIONAL ISOLATE, UAX 9. */
function isolated(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

const harmfulInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g;

/** JSON of a value in one line; what a terminal could act upon is written as `\uXXXX`, which means the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    harmfulInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// What our own lines have none of, but for the codes of a style: see {@link ownLine}.
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const foreign = /\u001b\[\d{1,2}m|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067]/g;

/**
 * The second net below {@link oneLine} and {@link manyLines}: a line of ours that somebody forgot to make harmless steers no
 * terminal either.
 */
export function ownLine(text: string): string {
  return text.replace(foreign, (found) => (found.length > 1 ? found : '\ufffd'));
}
