import type { CommandContext } from '../context.ts';

/** Where a command takes a password from, as its options say. */
export interface PasswordSource {
  /** The password, or `null` when there is nobody to ask. */
  read(label: string): Promise<string | null>;
  /** Whether asking again can give another one. */
  readonly again: boolean;
  /** The `--password-command`, if that is the source. */
  readonly command: string | null;
}

/** `--password-stdin`, `--password-command`, or the person at the terminal. Throws a UsageError when both are given. */
export function passwordSource(context: CommandContext): PasswordSource {
  const { given, terminal, signal } = context;
  const command = given.text('password-command') ?? null;
  if (given.flag('password-stdin')) {
    if (command !== null) throw given.error('--password-stdin and --password-command exclude each other');
    return { again: false, command: null, read: () => firstLine(context) };
  }
  if (command === null)
    return { again: terminal.present, command: null, read: (label) => terminal.askSecret(label) };
  return {
    again: false,
    command,
    async read(): Promise<string> {
      const { runSecretCommand } = await import('@natter/daemon/secrets');
      return runSecretCommand(command, '--password-command', signal);
    },
  };
}

async function firstLine({ stdin, given }: CommandContext): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin()) {
    chunks.push(chunk as Buffer);
    if ((chunk as Buffer).includes(0x0a)) break;
  }
  const line = Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw given.error('--password-stdin: standard input is empty');
  return line;
}
