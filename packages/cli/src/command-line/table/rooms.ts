import type { ArgumentRow, CommandRow } from '../command.ts';

const room: ArgumentRow = { name: 'ROOM', summary: 'a room: its title, address or id' };
const member: ArgumentRow = { name: 'MEMBER', summary: "a member's name or key" };
const reason = { name: 'reason', value: 'TEXT', blank: true, summary: 'why' };

/** `natter room ...`. */
export const roomRows: readonly CommandRow[] = [
  {
    words: ['room', 'list'],
    summary: 'list the rooms you are in, or find others',
    args: [],
    options: [{ name: 'search', value: 'TEXT', blank: true, summary: 'ask the network for rooms' }],
    load: async () => (await import('../../commands/room/list.ts')).listRooms,
  },
  {
    words: ['room', 'join'],
    summary: 'enter a room',
    args: [{ name: 'ADDRESS', summary: 'the address of a room, or the title of one that has invited you' }],
    options: [
      { name: 'nick', value: 'NAME', summary: 'your name there' },
      { name: 'password-stdin', summary: "read the room's password from standard input" },
    ],
    load: async () => (await import('../../commands/room/enter.ts')).joinRoom,
  },
  {
    words: ['room', 'leave'],
    summary: 'leave a room, or decline an invitation to it',
    args: [room],
    options: [],
    load: async () => (await import('../../commands/room/enter.ts')).leaveRoom,
  },
  {
    words: ['room', 'create'],
    summary: 'open a new room',
    args: [{ name: 'NAME', summary: 'its title' }],
    options: [
      { name: 'address', value: 'ADDRESS', summary: 'where the network lets you choose' },
      { name: 'public', summary: 'anybody may find and enter it' },
      { name: 'topic', value: 'TEXT', blank: true, summary: 'what it is about' },
      { name: 'invite', value: 'CONTACT', many: true, summary: 'who shall come' },
    ],
    load: async () => (await import('../../commands/room/enter.ts')).createRoom,
  },
  {
    words: ['room', 'members'],
    summary: 'list who is in a room',
    args: [room],
    options: [],
    load: async () => (await import('../../commands/room/members.ts')).roomMembers,
  },
  {
    words: ['room', 'invite'],
    summary: 'invite a contact',
    args: [room, { name: 'CONTACT', summary: 'whom' }],
    options: [{ name: 'message', value: 'TEXT', blank: true, summary: 'what goes with it' }],
    load: async () => (await import('../../commands/room/members.ts')).inviteToRoom,
  },
  {
    words: ['room', 'kick'],
    summary: 'remove a member',
    args: [room, member],
    options: [reason],
    load: async () => (await import('../../commands/room/members.ts')).kickFromRoom,
  },
  {
    words: ['room', 'ban'],
    summary: 'remove a member and keep them out',
    args: [room, member],
    options: [reason],
    load: async () => (await import('../../commands/room/members.ts')).banFromRoom,
  },
  {
    words: ['room', 'unban'],
    summary: 'let a banned member come again',
    args: [room, member],
    options: [],
    load: async () => (await import('../../commands/room/members.ts')).unbanFromRoom,
  },
  {
    words: ['room', 'role'],
    summary: 'give a member another role',
    details:
      "'owner' hands the room over where it has one owner only; 'member' takes a role away. Which of them there are, the network decides.",
    args: [room, member, { name: 'ROLE', summary: 'owner, admin, moderator, member or visitor' }],
    options: [],
    load: async () => (await import('../../commands/room/members.ts')).giveRole,
  },
  {
    words: ['room', 'transfer'],
    summary: 'hand a room over to a member',
    args: [room, member],
    options: [],
    load: async () => (await import('../../commands/room/members.ts')).transferRoom,
  },
  {
    words: ['room', 'accept'],
    summary: 'accept the invitation to a room',
    args: [room],
    options: [],
    load: async () => (await import('../../commands/room/enter.ts')).acceptInvitation,
  },
  {
    words: ['room', 'decline'],
    summary: 'decline the invitation to a room',
    args: [room],
    options: [],
    load: async () => (await import('../../commands/room/enter.ts')).declineInvitation,
  },
  {
    words: ['room', 'rename'],
    summary: 'give a room another title',
    args: [room, { name: 'TITLE', many: true, summary: 'the new title' }],
    options: [],
    load: async () => (await import('../../commands/room/topic.ts')).renameRoom,
  },
  {
    words: ['room', 'icon'],
    summary: 'give a room a picture, or take it away',
    args: [room, { name: 'PATH', optional: true, summary: 'a picture' }],
    options: [{ name: 'remove', summary: 'take the picture away' }],
    load: async () => (await import('../../commands/room/icon.ts')).roomIcon,
  },
  {
    words: ['room', 'configure'],
    summary: 'show or change the settings of a room that you own',
    args: [room],
    options: [{ name: 'set', value: 'NAME=VALUE', many: true, summary: 'change a setting' }],
    load: async () => (await import('../../commands/room/configure.ts')).configureRoom,
  },
  {
    words: ['room', 'topic'],
    summary: 'show or set the topic',
    args: [room, { name: 'TEXT', optional: true, many: true, blank: true, summary: 'the new topic' }],
    options: [],
    load: async () => (await import('../../commands/room/topic.ts')).roomTopic,
  },
];
