/**
 * The natter command: every account in one contact list. What it prints with `--json` and the codes that it ends with are
 * its interface; see the README.
 * @packageDocumentation
 */
export { exitCodes, exitCodeOf } from './output/exit-code.ts';
