import type { CommandRow } from '../command.ts';

/** What is around the client: daemon, help. */
export const programRows: readonly CommandRow[] = [
  {
    words: ['daemon'],
    summary: 'run the process that holds the connections',
    details:
      'Commands start it by themselves and it ends when it has been idle for a while. With --stay it does not.',
    args: [],
    options: [
      { name: 'stay', summary: 'do not end when idle' },
      { name: 'detach', summary: 'go to the background' },
      { name: 'stop', summary: 'end the one that runs' },
      { name: 'status', summary: 'tell whether one runs' },
    ],
    endures: true,
    load: async () => (await import('../../commands/daemon.ts')).daemon,
  },
  {
    words: ['export'],
    summary: 'write accounts, contacts and messages to a file',
    details:
      'One JSON object a line, as the other commands print them with --json, for other programs and for natter import. Passwords and encryption keys are not in it.',
    args: [],
    options: [{ name: 'output', value: 'FILE', short: 'o', summary: 'a file instead of standard output' }],
    load: async () => (await import('../../commands/backup/export.ts')).exportProfile,
  },
  {
    words: ['import'],
    summary: 'take in what natter export has written',
    details:
      'What is here already stays as it is, so importing twice changes nothing. Accounts come without their passwords: sign in with natter account login.',
    args: [{ name: 'FILE', summary: 'the file, or - for standard input' }],
    options: [],
    load: async () => (await import('../../commands/backup/import.ts')).importProfile,
  },
  {
    words: ['doctor'],
    summary: 'check the installation and the profile',
    args: [],
    options: [],
    endures: true,
    load: async () => (await import('../../commands/doctor.ts')).doctor,
  },
  {
    words: ['completion'],
    summary: 'print a completion script',
    args: [{ name: 'SHELL', summary: 'bash, zsh or fish' }],
    options: [],
    endures: true,
    load: async () => (await import('../../commands/completion.ts')).completion,
  },
  {
    words: ['help'],
    summary: 'show help on a command',
    args: [{ name: 'COMMAND', optional: true, many: true, summary: 'its words' }],
    options: [],
    endures: true,
    load: async () => (await import('../../commands/help.ts')).help,
  },
];
