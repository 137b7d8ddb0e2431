import type { OptionRow } from './command.ts';

/** Options that every command takes, before or after its name. */
export const globalOptions: readonly OptionRow[] = [
  { name: 'json', summary: 'print one JSON object a line' },
  { name: 'account', value: 'ACCOUNT', short: 'a', summary: 'use this account: its id, address, or network' },
  { name: 'timeout', value: 'SECONDS', summary: 'give up after this time' },
  { name: 'color', value: 'WHEN', summary: 'auto, always or never' },
  { name: 'no-daemon', summary: 'do everything in this process instead of the daemon' },
  { name: 'help', short: 'h', summary: 'show help' },
  { name: 'version', summary: 'show the version' },
];
