import type { ArgumentRow, CommandRow } from '../command.ts';

const account: ArgumentRow = { name: 'ACCOUNT', summary: 'an account: its id, address, or network' };

/** `natter account ...` and our own presence. */
export const accountRows: readonly CommandRow[] = [
  {
    words: ['account', 'add'],
    summary: 'sign in to a network and keep the account',
    details:
      'Signs in before anything is saved, unless --no-connect is given. The password is asked for, or read with --password-stdin or --password-command.',
    args: [
      { name: 'NETWORK', summary: 'native, xmpp, irc or matrix' },
      { name: 'ADDRESS', summary: 'alice@example.org' },
    ],
    options: [
      { name: 'server', value: 'URL', summary: 'connect here instead of asking the address' },
      { name: 'password-stdin', summary: 'read the password from the first line of standard input' },
      {
        name: 'password-command',
        value: 'COMMAND',
        summary: 'run this command each time the password is needed',
      },
      { name: 'register', summary: 'create the account on the server' },
      {
        name: 'set',
        value: 'KEY=VALUE',
        many: true,
        summary: 'a setting of the network; one that is unknown names those that there are',
      },
      { name: 'ca', value: 'FILE', summary: 'trust this certificate authority (PEM) for this account' },
      { name: 'allow-insecure', summary: 'connect without encryption where the server has none' },
      { name: 'no-connect', summary: 'save without signing in' },
    ],
    load: async () => (await import('../../commands/accounts/add.ts')).addAccount,
  },
  {
    words: ['account', 'list'],
    summary: 'list the accounts and how they are',
    args: [],
    options: [],
    load: async () => (await import('../../commands/accounts/list.ts')).listAccounts,
  },
  {
    words: ['account', 'show'],
    summary: 'show all about one account',
    args: [account],
    options: [],
    load: async () => (await import('../../commands/accounts/list.ts')).showAccount,
  },
  {
    words: ['account', 'remove'],
    summary: 'forget an account with its contacts and messages',
    args: [account],
    options: [
      { name: 'local', summary: 'leave this device signed in on the server' },
      { name: 'delete-on-server', summary: 'delete the account itself, for good' },
      {
        name: 'password-stdin',
        summary: 'to delete it: read the password from the first line of standard input',
      },
      {
        name: 'password-command',
        value: 'COMMAND',
        summary: 'to delete it: take the password from this command',
      },
    ],
    load: async () => (await import('../../commands/accounts/remove.ts')).removeAccount,
  },
  {
    words: ['account', 'devices'],
    summary: 'list the devices that are signed in to an account',
    args: [account],
    options: [],
    load: async () => (await import('../../commands/accounts/devices.ts')).listDevices,
  },
  {
    words: ['account', 'revoke'],
    summary: 'sign another device of an account out',
    details: 'Where the network wants the password of the account for it, that is asked for.',
    args: [account, { name: 'DEVICE', summary: 'the id of a device, as the list has it' }],
    options: [
      { name: 'password-stdin', summary: 'read the password from the first line of standard input' },
      { name: 'password-command', value: 'COMMAND', summary: 'take the password from this command' },
    ],
    load: async () => (await import('../../commands/accounts/devices.ts')).revokeDevice,
  },
  {
    words: ['account', 'password'],
    summary: 'change the password of an account on its server',
    details: 'All other devices are signed out by it, where the network does so.',
    args: [account],
    options: [
      {
        name: 'password-stdin',
        summary: 'read the old password from the first line of standard input, the new one from the second',
      },
    ],
    load: async () => (await import('../../commands/accounts/password.ts')).changePassword,
  },
  {
    words: ['account', 'avatar'],
    summary: 'set the picture of yourself that others see, or take it away',
    args: [account, { name: 'PATH', optional: true, summary: 'a picture: PNG, JPEG, GIF or WebP' }],
    options: [{ name: 'remove', summary: 'take the picture away' }],
    load: async () => (await import('../../commands/accounts/avatar.ts')).setAvatar,
  },
  {
    words: ['account', 'verify'],
    summary: 'make sure by emoji that nobody listens: with a contact, or with another device of yours',
    details:
      'Both sides see the same pictures, or somebody is in between. Without WHO it is another device of this account that is asked. Answer match, mismatch, accept or reject. With --incoming it waits for a request of somebody else.',
    args: [account, { name: 'WHO', optional: true, summary: 'a contact' }],
    options: [
      { name: 'incoming', summary: 'wait for somebody who asks, and answer' },
      { name: 'answers-stdin', summary: 'read the answers from standard input, a line each' },
    ],
    load: async () => (await import('../../commands/accounts/verify.ts')).verify,
  },
  {
    words: ['account', 'recover'],
    summary: 'enter the recovery key of an account, or make one',
    details:
      'The recovery key (or its passphrase) verifies this device and brings older encrypted messages back. An account without one gets one, which is shown once.',
    args: [account],
    options: [
      { name: 'replace', summary: 'make a new recovery key in place of the one that there is' },
      {
        name: 'reset',
        summary: 'begin anew with another identity, when the key and all other devices are lost',
      },
      {
        name: 'answers-stdin',
        summary: 'read the key, passphrase and password from standard input, a line each',
      },
    ],
    load: async () => (await import('../../commands/accounts/recover.ts')).recover,
  },
  {
    words: ['account', 'enable'],
    summary: 'keep an account connected',
    args: [account],
    options: [],
    load: async () => (await import('../../commands/accounts/change.ts')).enableAccount,
  },
  {
    words: ['account', 'disable'],
    summary: 'disconnect an account and keep it so',
    args: [account],
    options: [],
    load: async () => (await import('../../commands/accounts/change.ts')).disableAccount,
  },
  {
    words: ['account', 'login'],
    summary: 'sign in again, with a new password',
    args: [account],
    options: [
      { name: 'password-stdin', summary: 'read the password from the first line of standard input' },
      { name: 'password-command', value: 'COMMAND', summary: 'take the password from this command, once' },
    ],
    load: async () => (await import('../../commands/accounts/login.ts')).logIn,
  },
  {
    words: ['account', 'trust'],
    summary: 'trust a certificate authority for an account',
    args: [account],
    options: [{ name: 'ca', value: 'FILE', summary: 'the certificate or its authority (PEM)' }],
    load: async () => (await import('../../commands/accounts/trust.ts')).trustCertificate,
  },
  {
    words: ['presence'],
    summary: 'show or set how others see you',
    details: 'Without arguments the presence of each account is shown. For all accounts, or for --account.',
    args: [
      { name: 'AVAILABILITY', optional: true, summary: 'available, away, xa, dnd, invisible or offline' },
      { name: 'TEXT', optional: true, many: true, blank: true, summary: 'a status text' },
    ],
    options: [],
    load: async () => (await import('../../commands/presence.ts')).presence,
  },
];
