import type { CommandRow } from '../command.ts';
import { accountRows } from './accounts.ts';
import { contactRows } from './contacts.ts';
import { messageRows } from './messages.ts';
import { programRows } from './program.ts';
import { roomRows } from './rooms.ts';

/** Every command, in the order in which help lists them. */
export const commandTable: readonly CommandRow[] = [
  ...accountRows,
  ...contactRows,
  ...messageRows,
  ...roomRows,
  ...programRows,
];
