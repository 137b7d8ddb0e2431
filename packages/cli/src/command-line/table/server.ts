import type { CommandRow, OptionRow } from '../command.ts';

const data: OptionRow = {
  name: 'data',
  value: 'DIR',
  summary: "the server's folder (default: natter-server in the data folder)",
};

const account = { name: 'NAME', summary: 'the name of the account' };

/** `natter server user ...`; all of these act on the server's files, also while it runs. */
function serverUser(
  word: string,
  summary: string,
  options: readonly OptionRow[],
  load: CommandRow['load'],
  args: CommandRow['args'] = [account],
): CommandRow {
  return { words: ['server', 'user', word], summary, args, options: [data, ...options], load };
}

const password: readonly OptionRow[] = [
  { name: 'password-stdin', summary: 'read the password from the first line of standard input' },
  { name: 'password-command', value: 'COMMAND', summary: 'take the password from this command, once' },
];

/** The native server and its administration. */
export const serverRows: readonly CommandRow[] = [
  {
    words: ['server', 'run'],
    summary: 'run a native server',
    details:
      'Flags are before the environment (NATTER_SERVER_ and the setting), that before the config file. SIGHUP reads the certificate again. SIGTERM and Ctrl-C send the clients elsewhere and end; a second one ends at once.',
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
      {
        name: 'config',
        value: 'FILE',
        summary: 'settings in TOML (default: server.toml in its folder, if there is one)',
      },
      { name: 'tls-cert', value: 'FILE', summary: 'certificate chain, PEM' },
      { name: 'tls-key', value: 'FILE', summary: 'private key, PEM' },
      { name: 'allow-insecure', summary: 'serve other machines without encryption' },
      {
        name: 'admin-listen',
        value: 'HOST:PORT',
        summary:
          'where metrics and the HTTP interface of the administrator are, or off (default: a free port)',
      },
      { name: 'log-level', value: 'LEVEL', summary: 'debug, info, warn or error (default: info)' },
      { name: 'log-format', value: 'FORMAT', summary: 'json or text (default: text on a terminal)' },
    ],
    load: async () => (await import('../../commands/server/run.ts')).runServer,
  },
  {
    words: ['server', 'backup'],
    summary: "copy the server's data into a new folder, also while it runs",
    details:
      'The copy is the state of one moment, and is checked. The folder appears when it is complete. Keep it as safe as the data themselves: everything that was said is in it.',
    args: [{ name: 'DIR', summary: 'a folder that is not there yet' }],
    options: [data],
    load: async () => (await import('../../commands/server/data.ts')).backupServer,
  },
  {
    words: ['server', 'restore'],
    summary: "make the server's data out of a backup",
    details:
      'The backup is checked first. Nothing is written over: move what is in the data folder away before. Clients that know more than the backup keep what they have, and read everything else anew.',
    args: [{ name: 'DIR', summary: 'the folder of the backup' }],
    options: [data],
    load: async () => (await import('../../commands/server/data.ts')).restoreServer,
  },
  {
    words: ['server', 'check'],
    summary: "look whether the server's data are whole, also while it runs",
    args: [],
    options: [data],
    load: async () => (await import('../../commands/server/data.ts')).checkServer,
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
    [],
  ),
  serverUser(
    'suspend',
    'lock an account',
    [
      { name: 'reason', value: 'TEXT', blank: true, summary: 'what the user is told' },
      { name: 'until', value: 'DATE', summary: 'when it ends by itself (default: when it is resumed)' },
    ],
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
    'make an invitation to register, for one account',
    [{ name: 'days', value: 'NUMBER', summary: 'how long it is good (default: 7)' }],
    async () => (await import('../../commands/server/users.ts')).inviteUser,
    [],
  ),
  serverUser(
    'delete',
    'delete an account for good; its name is given to nobody else',
    [],
    async () => (await import('../../commands/server/users.ts')).deleteUser,
  ),
  serverUser(
    'devices',
    'list the devices of an account',
    [],
    async () => (await import('../../commands/server/users.ts')).listDevices,
  ),
  serverUser(
    'sign-out',
    'sign a device of an account out',
    [],
    async () => (await import('../../commands/server/users.ts')).removeDevice,
    [account, { name: 'DEVICE', summary: 'its id, from natter server user devices' }],
  ),
  serverUser(
    'invitations',
    'list the invitations',
    [],
    async () => (await import('../../commands/server/users.ts')).listInvitations,
    [],
  ),
  serverUser(
    'revoke',
    'take back an invitation that nobody has used',
    [],
    async () => (await import('../../commands/server/users.ts')).revokeInvitation,
    [{ name: 'INVITATION', summary: 'its id, from natter server user invitations' }],
  ),
];
