import type { RequestType } from '@natter/native-protocol';
import { accountDelete } from './account-delete.ts';
import { changePassword } from './change-password.ts';
import type { Command } from './command.ts';
import {
  contactAccept,
  contactBlock,
  contactDeny,
  contactRemove,
  contactRequest,
  contactUnblock,
  contactUpdate,
} from './contact.ts';
import { conversationGet } from './conversation-get.ts';
import { conversationOpen } from './conversation-open.ts';
import { conversationUpdate } from './conversation-update.ts';
import { conversations } from './conversations.ts';
import { deviceRemove } from './device-remove.ts';
import { devices } from './devices.ts';
import { edit } from './edit.ts';
import { fileCreate, fileGet } from './file.ts';
import {
  groupAccept,
  groupBan,
  groupCreate,
  groupDecline,
  groupInvite,
  groupKick,
  groupLeave,
  groupRole,
  groupUnban,
  groupUpdate,
} from './group.ts';
import { hello } from './hello.ts';
import { history } from './history.ts';
import { mark } from './mark.ts';
import { pin } from './pin.ts';
import { ping } from './ping.ts';
import { presenceSet } from './presence-set.ts';
import { presenceWatch } from './presence-watch.ts';
import { profileSet } from './profile-set.ts';
import { react } from './react.ts';
import { register } from './register.ts';
import { resume } from './resume.ts';
import { retract } from './retract.ts';
import { roster } from './roster.ts';
import { search } from './search.ts';
import { send } from './send.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { sync } from './sync.ts';

/** What the server does, by type of request. */
export const commands: { readonly [T in RequestType]: Command<T> } = {
  hello: hello,
  ping: ping,
  register: register,
  'sign-in': signIn,
  resume: resume,
  'sign-out': signOut,
  'change-password': changePassword,
  'account-delete': accountDelete,
  'profile-set': profileSet,
  devices: devices,
  'device-remove': deviceRemove,
  roster: roster,
  'contact-request': contactRequest,
  'contact-accept': contactAccept,
  'contact-deny': contactDeny,
  'contact-remove': contactRemove,
  'contact-block': contactBlock,
  'contact-unblock': contactUnblock,
  'contact-update': contactUpdate,
  'presence-set': presenceSet,
  'presence-watch': presenceWatch,
  conversations: conversations,
  'conversation-get': conversationGet,
  'conversation-open': conversationOpen,
  'conversation-update': conversationUpdate,
  pin: pin,
  'group-create': groupCreate,
  'group-invite': groupInvite,
  'group-accept': groupAccept,
  'group-decline': groupDecline,
  'group-leave': groupLeave,
  'group-kick': groupKick,
  'group-ban': groupBan,
  'group-unban': groupUnban,
  'group-role': groupRole,
  'group-update': groupUpdate,
  'file-create': fileCreate,
  'file-get': fileGet,
  history: history,
  search: search,
  send: send,
  edit: edit,
  retract: retract,
  react: react,
  mark: mark,
  sync: sync,
};
