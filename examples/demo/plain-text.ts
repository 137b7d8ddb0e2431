// C0 and C1 controls, and what changes the direction of the text behind it.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * Text from a network as a terminal may show it: control and escape characters become visible, and text that runs from
 * right to left is isolated, so that nobody can move a cursor or dress up as somebody else.
 */
export function plainText(text: string): string {
  const visible = text.replaceAll(CONTROLS, (character) =>
    character === '\n' ? ' ⏎ ' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return RIGHT_TO_LEFT.test(visible) ? `\u2068${visible}\u2069` : visible;
}
