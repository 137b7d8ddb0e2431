/** Space, control and format characters, and the letters that are made to be invisible (Hangul fillers, blank Braille). */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;

/** A name that shows nothing is none: it would leave a row of the list blank, and nobody could type it. */
export function visibleName(name: string | null): string | null {
  return name !== null && visible.test(name) ? name : null;
}
