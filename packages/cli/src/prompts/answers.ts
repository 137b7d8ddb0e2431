import { createInterface } from 'node:readline';
import type { CommandContext } from '../context.ts';
import type { PasswordSource } from './password.ts';

/** Where the answers to an interaction come from. */
export interface AnswerSource extends PasswordSource {
  /** One line that need not be hidden; null when there is nobody to ask. */
  ask(label: string): Promise<string | null>;
}

/** `--answers-stdin`, a line for each question as it comes up, or the person at the terminal. */
export function answerSource({ given, terminal, stdin }: CommandContext): AnswerSource {
  if (!given.flag('answers-stdin'))
    return {
      again: terminal.present,
      command: null,
      read: (label) => terminal.askSecret(label),
      ask: (label) => terminal.ask(label),
    };
  let lines: AsyncIterator<string> | null = null;
  const next = async (): Promise<string | null> => {
    lines ??= createInterface({ input: stdin() })[Symbol.asyncIterator]();
    const next = await lines.next();
    return next.done === true ? null : next.value;
  };
  return { again: true, command: null, read: next, ask: next };
}
