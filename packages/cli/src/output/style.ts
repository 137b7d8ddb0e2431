/** How parts of a line look. Each function takes text that is harmless already. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
}

const same = (text: string): string => text;

/** No colour at all. */
export const plainStyle: Style = { strong: same, faint: same, good: same, warning: same };

const code =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

/** ECMA-48 SGR. */
const colorStyle: Style = {
  strong: code(1, 22),
  faint: code(2, 22),
  good: code(32, 39),
  warning: code(33, 39),
};

/** `--color` and the settings decide; `auto` is colour on a terminal unless NO_COLOR is set (no-color.org) or it is dumb. */
export function chooseStyle(
  choice: 'auto' | 'always' | 'never',
  terminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const automatic = terminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return choice === 'always' || (choice === 'auto' && automatic) ? colorStyle : plainStyle;
}
