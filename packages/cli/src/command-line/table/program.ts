import type { CommandRow, OptionRow } from '../command.ts';

const data: OptionRow = {
  name: 'data',
  value: 'DIR',
  summary: "the server's folder (default: natter-server in the data folder)",
};

/** `natter server user ...`; all of these act on the server's files, also while it runs. */
function serverUser(
  word: string,
  summary: string,
  options: readonly OptionRow[],
  load: CommandRow['load'],
): CommandRow {
  const args =
    word === 'list' || word === 'invite' ? [] : [{ name: 'NAME', summary: 'the name of the account' }];
  return { words: ['server', 'user', word], summary, args, options: [data, ...options], load };
}

const password: readonly OptionRow[] = [
  { name: 'password-stdin', summary: 'read the password from the first line of standard input' },
  { name: 'password-command', value: 'COMMAND', summary: 'take the password from this command, once' },
];

/** What is around the client: daemon, server, help. */
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
    load: async () => (await import('../../commands/daemon.ts')).daemon,
  },
  {
    words: ['server', 'run'],
    summary: 'run a native server',
    args: [],
    options: [
      data,
      {
        name: 'name',
        value: 'NAME',
        summary: 'what stands behind the @ (default: localhost); kept with the data',
      },
      {
        name: 'listen',
        value: 'HOST:PORT',
        summary: 'where to listen (default: 127.0.0.1:5280; port 0: any free one)',
      },
      {
        name: 'registration',
        value: 'WHO',
        summary: 'open, invite or closed (default: open on loopback, else closed)',
      },
      { name: 'tls-cert', value: 'FILE', summary: 'certificate chain, PEM' },
      { name: 'tls-key', value: 'FILE', summary: 'private key, PEM' },
      { name: 'allow-insecure', summary: 'serve other machines without encryption' },
    ],
    load: async () => (await import('../../commands/server/run.ts')).runServer,
  },
  serverUser(
    'add',
    'create an account',
    [...password, { name: 'name', value: 'NAME', summary: 'name of the server, when its folder is new' }],
    async () => (await import('../../commands/server/users.ts')).addUser,
  ),
  serverUser(
    'list',
    'list the accounts',
    [],
    async () => (await import('../../commands/server/users.ts')).listUsers,
  ),
  serverUser(
    'suspend',
    'lock an account',
    [{ name: 'reason', value: 'TEXT', summary: 'what the user is told' }],
    async () => (await import('../../commands/server/users.ts')).suspendUser,
  ),
  serverUser(
    'resume',
    'unlock an account',
    [],
    async () => (await import('../../commands/server/users.ts')).resumeUser,
  ),
  serverUser(
    'passwd',
    'set a new password',
    password,
    async () => (await import('../../commands/server/users.ts')).changePassword,
  ),
  serverUser(
    'invite',
    'make an invitation to register',
    [],
    async () => (await import('../../commands/server/users.ts')).inviteUser,
  ),
  {
    words: ['doctor'],
    summary: 'check the installation and the profile',
    args: [],
    options: [],
    load: async () => (await import('../../commands/doctor.ts')).doctor,
  },
  {
    words: ['completion'],
    summary: 'print a completion script',
    args: [{ name: 'SHELL', summary: 'bash, zsh or fish' }],
    options: [],
    load: async () => (await import('../../commands/completion.ts')).completion,
  },
  {
    words: ['help'],
    summary: 'show help on a command',
    args: [{ name: 'COMMAND', optional: true, many: true, summary: 'its words' }],
    options: [],
    load: async () => (await import('../../commands/help.ts')).help,
  },
];
