import type { CommandRow } from '../command.ts';

/** The parts of the table, in the order in which help lists them, and the first words of the commands in each. */
const parts: readonly {
  readonly words: readonly string[];
  readonly load: () => Promise<readonly CommandRow[]>;
}[] = [
  { words: ['account', 'presence'], load: async () => (await import('./accounts.ts')).accountRows },
  { words: ['contacts', 'contact', 'person'], load: async () => (await import('./contacts.ts')).contactRows },
  {
    words: [
      'send',
      'edit',
      'retract',
      'react',
      'pin',
      'pins',
      'expiry',
      'read',
      'mute',
      'history',
      'search',
      'watch',
      'outbox',
    ],
    load: async () => (await import('./messages.ts')).messageRows,
  },
  { words: ['file'], load: async () => (await import('./files.ts')).fileRows },
  { words: ['room'], load: async () => (await import('./rooms.ts')).roomRows },
  { words: ['server'], load: async () => (await import('./server.ts')).serverRows },
  {
    words: ['daemon', 'doctor', 'completion', 'help'],
    load: async () => (await import('./program.ts')).programRows,
  },
];

/** Every command. */
export async function commandTable(): Promise<readonly CommandRow[]> {
  return (await Promise.all(parts.map(({ load }) => load()))).flat();
}

/** The commands that an argument list can mean: one part of the table where its first word says which, else all. */
export async function tableFor(argv: readonly string[]): Promise<readonly CommandRow[]> {
  const part = parts.find(({ words }) => words.includes(argv[0] ?? ''));
  return part === undefined ? commandTable() : part.load();
}
