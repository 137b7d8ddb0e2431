import type { z } from 'zod';
import * as account from './frames/account.ts';
import * as change from './frames/change.ts';
import * as contact from './frames/contact.ts';
import * as conversation from './frames/conversation.ts';
import * as device from './frames/device.ts';
import { doneSchema } from './frames/fields.ts';
import type { Done } from './frames/fields.ts';
import * as file from './frames/file.ts';
import * as group from './frames/group.ts';
import * as hello from './frames/hello.ts';
import * as marker from './frames/marker.ts';
import * as presence from './frames/presence.ts';
import * as search from './frames/search.ts';
import * as sync from './frames/sync.ts';
import * as typing from './frames/typing.ts';

/** Every request by its type: the frame, and the result that a `reply` carries. */
export interface Requests {
  hello: { frame: hello.HelloRequest; result: hello.Welcome };
  ping: { frame: hello.PingRequest; result: Done };
  register: { frame: account.RegisterRequest; result: account.SignedIn };
  'sign-in': { frame: account.SignInRequest; result: account.SignedIn };
  resume: { frame: account.ResumeRequest; result: account.SignedIn };
  'sign-out': { frame: account.SignOutRequest; result: Done };
  'change-password': { frame: account.ChangePasswordRequest; result: Done };
  'account-delete': { frame: account.AccountDeleteRequest; result: Done };
  'profile-set': { frame: account.ProfileSetRequest; result: Done };
  devices: { frame: device.DevicesRequest; result: device.Devices };
  'device-remove': { frame: device.DeviceRemoveRequest; result: Done };
  roster: { frame: contact.RosterRequest; result: contact.Roster };
  'contact-request': { frame: contact.ContactRequestRequest; result: contact.ContactResult };
  'contact-accept': { frame: contact.ContactAcceptRequest; result: contact.ContactResult };
  'contact-deny': { frame: contact.ContactDenyRequest; result: contact.ContactResult };
  'contact-remove': { frame: contact.ContactRemoveRequest; result: contact.ContactResult };
  'contact-block': { frame: contact.ContactBlockRequest; result: contact.ContactResult };
  'contact-unblock': { frame: contact.ContactUnblockRequest; result: contact.ContactResult };
  'contact-update': { frame: contact.ContactUpdateRequest; result: contact.ContactResult };
  'presence-set': { frame: presence.PresenceSetRequest; result: Done };
  'presence-watch': { frame: presence.PresenceWatchRequest; result: presence.PresenceSnapshot };
  conversations: { frame: conversation.ConversationsRequest; result: conversation.Conversations };
  'conversation-get': { frame: conversation.ConversationGetRequest; result: conversation.Conversation };
  'conversation-open': {
    frame: conversation.ConversationOpenRequest;
    result: conversation.DirectConversation;
  };
  'conversation-update': { frame: conversation.ConversationUpdateRequest; result: Done };
  pin: { frame: conversation.PinRequest; result: Done };
  'group-create': { frame: group.GroupCreateRequest; result: conversation.GroupConversation };
  'group-invite': { frame: group.GroupInviteRequest; result: Done };
  'group-accept': { frame: group.GroupAnswerRequest<'group-accept'>; result: Done };
  'group-decline': { frame: group.GroupAnswerRequest<'group-decline'>; result: Done };
  'group-leave': { frame: group.GroupAnswerRequest<'group-leave'>; result: Done };
  'group-kick': { frame: group.GroupRemoveRequest<'group-kick'>; result: Done };
  'group-ban': { frame: group.GroupRemoveRequest<'group-ban'>; result: Done };
  'group-unban': { frame: group.GroupRemoveRequest<'group-unban'>; result: Done };
  'group-role': { frame: group.GroupRoleRequest; result: Done };
  'group-update': { frame: group.GroupUpdateRequest; result: Done };
  'file-create': { frame: file.FileCreateRequest; result: file.FileAccess };
  'file-get': { frame: file.FileGetRequest; result: file.FileAccess };
  history: { frame: conversation.HistoryRequest; result: conversation.HistoryPage };
  search: { frame: search.SearchRequest; result: search.SearchPage };
  send: { frame: change.SendRequest; result: change.Sent };
  edit: { frame: change.EditRequest; result: Done };
  retract: { frame: change.RetractRequest; result: Done };
  react: { frame: change.ReactRequest; result: Done };
  mark: { frame: marker.MarkRequest; result: Done };
  sync: { frame: sync.SyncRequest; result: sync.UpdatePage };
}

/** Name of a request. */
export type RequestType = keyof Requests;
/** A frame of one type, or of any, that asks for a reply. */
export type RequestFrame<T extends RequestType = RequestType> = Requests[T]['frame'];
/** What the reply to a request carries. */
export type RequestResult<T extends RequestType = RequestType> = Requests[T]['result'];

/** Every signal by its type: frames of a client that have no id and are never answered. */
export interface Signals {
  ack: sync.AckSignal;
  typing: typing.TypingSignal;
}
/** Name of a signal. */
export type SignalType = keyof Signals;
/** A frame of a client that is not answered. */
export type SignalFrame = Signals[SignalType];
/** Anything a client sends. */
export type ClientFrame = RequestFrame | SignalFrame;

/** The schema of every request frame. */
export const requestSchemas: { readonly [T in RequestType]: z.ZodType<RequestFrame<T>> } = {
  hello: hello.helloRequestSchema,
  ping: hello.pingRequestSchema,
  register: account.registerRequestSchema,
  'sign-in': account.signInRequestSchema,
  resume: account.resumeRequestSchema,
  'sign-out': account.signOutRequestSchema,
  'change-password': account.changePasswordRequestSchema,
  'account-delete': account.accountDeleteRequestSchema,
  'profile-set': account.profileSetRequestSchema,
  devices: device.devicesRequestSchema,
  'device-remove': device.deviceRemoveRequestSchema,
  roster: contact.rosterRequestSchema,
  'contact-request': contact.contactRequestRequestSchema,
  'contact-accept': contact.contactAcceptRequestSchema,
  'contact-deny': contact.contactDenyRequestSchema,
  'contact-remove': contact.contactRemoveRequestSchema,
  'contact-block': contact.contactBlockRequestSchema,
  'contact-unblock': contact.contactUnblockRequestSchema,
  'contact-update': contact.contactUpdateRequestSchema,
  'presence-set': presence.presenceSetRequestSchema,
  'presence-watch': presence.presenceWatchRequestSchema,
  conversations: conversation.conversationsRequestSchema,
  'conversation-get': conversation.conversationGetRequestSchema,
  'conversation-open': conversation.conversationOpenRequestSchema,
  'conversation-update': conversation.conversationUpdateRequestSchema,
  pin: conversation.pinRequestSchema,
  'group-create': group.groupCreateRequestSchema,
  'group-invite': group.groupInviteRequestSchema,
  'group-accept': group.groupAnswerRequestSchema('group-accept'),
  'group-decline': group.groupAnswerRequestSchema('group-decline'),
  'group-leave': group.groupAnswerRequestSchema('group-leave'),
  'group-kick': group.groupRemoveRequestSchema('group-kick'),
  'group-ban': group.groupRemoveRequestSchema('group-ban'),
  'group-unban': group.groupRemoveRequestSchema('group-unban'),
  'group-role': group.groupRoleRequestSchema,
  'group-update': group.groupUpdateRequestSchema,
  'file-create': file.fileCreateRequestSchema,
  'file-get': file.fileGetRequestSchema,
  history: conversation.historyRequestSchema,
  search: search.searchRequestSchema,
  send: change.sendRequestSchema,
  edit: change.editRequestSchema,
  retract: change.retractRequestSchema,
  react: change.reactRequestSchema,
  mark: marker.markRequestSchema,
  sync: sync.syncRequestSchema,
};

/** The schema of the result of every request. */
export const resultSchemas: { readonly [T in RequestType]: z.ZodType<RequestResult<T>> } = {
  hello: hello.welcomeSchema,
  ping: doneSchema,
  register: account.signedInSchema,
  'sign-in': account.signedInSchema,
  resume: account.signedInSchema,
  'sign-out': doneSchema,
  'change-password': doneSchema,
  'account-delete': doneSchema,
  'profile-set': doneSchema,
  devices: device.devicesSchema,
  'device-remove': doneSchema,
  roster: contact.rosterSchema,
  'contact-request': contact.contactResultSchema,
  'contact-accept': contact.contactResultSchema,
  'contact-deny': contact.contactResultSchema,
  'contact-remove': contact.contactResultSchema,
  'contact-block': contact.contactResultSchema,
  'contact-unblock': contact.contactResultSchema,
  'contact-update': contact.contactResultSchema,
  'presence-set': doneSchema,
  'presence-watch': presence.presenceSnapshotSchema,
  conversations: conversation.conversationsSchema,
  'conversation-get': conversation.conversationSchema,
  'conversation-open': conversation.directConversationSchema,
  'conversation-update': doneSchema,
  pin: doneSchema,
  'group-create': conversation.groupConversationSchema,
  'group-invite': doneSchema,
  'group-accept': doneSchema,
  'group-decline': doneSchema,
  'group-leave': doneSchema,
  'group-kick': doneSchema,
  'group-ban': doneSchema,
  'group-unban': doneSchema,
  'group-role': doneSchema,
  'group-update': doneSchema,
  'file-create': file.fileAccessSchema,
  'file-get': file.fileAccessSchema,
  history: conversation.historyPageSchema,
  search: search.searchPageSchema,
  send: change.sentSchema,
  edit: doneSchema,
  retract: doneSchema,
  react: doneSchema,
  mark: doneSchema,
  sync: sync.updatePageSchema,
};

/** The schema of every signal. */
export const signalSchemas: { readonly [T in SignalType]: z.ZodType<Signals[T]> } = {
  ack: sync.ackSignalSchema,
  typing: typing.typingSignalSchema,
};

/** Narrows a frame type that came from the wire. */
export function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(requestSchemas, type);
}
/** Narrows a frame type that came from the wire. */
export function isSignalType(type: string): type is SignalType {
  return Object.hasOwn(signalSchemas, type);
}
