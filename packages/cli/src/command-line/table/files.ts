import type { CommandRow } from '../command.ts';

/** `natter file ...`. */
export const fileRows: readonly CommandRow[] = [
  {
    words: ['file', 'get'],
    summary: 'fetch the files of a message',
    details:
      'Without --output they go to the current folder under their own names, and replace nothing there. A fetch that was cut goes on where it ended.',
    args: [{ name: 'MESSAGE', summary: 'the id of a message' }],
    options: [
      {
        name: 'output',
        value: 'PATH',
        short: 'o',
        summary: 'a folder, a file to write, or - for standard output',
      },
    ],
    load: async () => (await import('../../commands/file/get.ts')).getFile,
  },
];
