/**
 * The native wire protocol: WebSocket text frames that carry one JSON object each.
 *
 * The package has three parts: hand-written, documented interfaces of every frame; zod schemas that are typed by
 * those interfaces; and a codec whose guards stand below the parser. It has no I/O and runs in Node and in browsers.
 *
 * @example
 * ```ts
 * import { decodeServerFrame, encodeFrame, subprotocols } from '@natter/native-protocol';
 *
 * const socket = new WebSocket('ws://127.0.0.1:5280', [...subprotocols]);
 * socket.onopen = () => socket.send(encodeFrame({ type: 'hello', id: 1, client: { name: 'example', version: '1' } }));
 * socket.onmessage = ({ data }) => console.log(decodeServerFrame(String(data)));
 * ```
 * @packageDocumentation
 */
export * from './version.ts';
export { defaultLimits, maximumDepth } from './limits.ts';
export type { Limits } from './limits.ts';
export { errorCodes } from './frames/errors.ts';
export type { ErrorCode, WireError } from './frames/errors.ts';
export { userPattern } from './frames/fields.ts';
export type { Address, ConversationId, DeviceId, Done, Position, Sequence, Time } from './frames/fields.ts';
export type { HelloRequest, PingRequest, RegistrationMode, Welcome } from './frames/hello.ts';
export type {
  AccountDeleteRequest,
  ChangePasswordRequest,
  ProfileSetRequest,
  RegisterRequest,
  ResumeRequest,
  SignInRequest,
  SignOutRequest,
  SignedIn,
} from './frames/account.ts';
export type { Device, DeviceRemoveRequest, Devices, DevicesRequest } from './frames/device.ts';
export type {
  Contact,
  ContactAcceptRequest,
  ContactBlockRequest,
  ContactDenyRequest,
  ContactRemoveRequest,
  ContactRequestRequest,
  ContactResult,
  ContactUnblockRequest,
  ContactUpdateRequest,
  Roster,
  RosterRequest,
  SubscriptionState,
} from './frames/contact.ts';
export type {
  AccountPresence,
  Availability,
  DevicePresence,
  PresencePush,
  PresenceSetRequest,
  PresenceSnapshot,
  PresenceWatchRequest,
} from './frames/presence.ts';
export type {
  Attachment,
  Mention,
  Message,
  MessageBody,
  ReactionGroup,
  TextSpan,
  TextStyle,
  Thumbnail,
} from './frames/message.ts';
export type {
  Conversation,
  ConversationGetRequest,
  ConversationOpenRequest,
  ConversationSettings,
  ConversationUpdateRequest,
  Conversations,
  ConversationsRequest,
  DirectConversation,
  GroupConversation,
  HistoryPage,
  HistoryRequest,
  MemberPosition,
  PinRequest,
} from './frames/conversation.ts';
export type { FileAccess, FileCreateRequest, FileGetRequest, FileId } from './frames/file.ts';
export type {
  GroupAnswerRequest,
  GroupChange,
  GroupCreateRequest,
  GroupHistory,
  GroupInviteRequest,
  GroupMember,
  GroupRemoveRequest,
  GroupRole,
  GroupRoleRequest,
  GroupStanding,
  GroupUpdateRequest,
} from './frames/group.ts';
export type { EditRequest, ReactRequest, RetractRequest, SendRequest, Sent } from './frames/change.ts';
export type { SearchPage, SearchRequest } from './frames/search.ts';
export type { Mark, MarkRequest, MarkerKind } from './frames/marker.ts';
export type { TypingPush, TypingSignal } from './frames/typing.ts';
export type {
  AccountUpdate,
  ConversationChangedUpdate,
  ConversationUpdate,
  EditUpdate,
  ExpiredUpdate,
  GoneUpdate,
  GroupChangedUpdate,
  GroupOpenedUpdate,
  MarkerUpdate,
  MessageUpdate,
  ReactionUpdate,
  RetractionUpdate,
  RosterUpdate,
  UnknownUpdate,
  Update,
} from './frames/update.ts';
export type { AckSignal, LaggingPush, SyncRequest, UpdatePage, UpdatesPush } from './frames/sync.ts';
export * from './requests.ts';
export * from './pushes.ts';
export type { Decoded } from './codec/decoded.ts';
export * from './codec/guard.ts';
export * from './codec/client-frame.ts';
export * from './codec/server-frame.ts';
export * from './codec/encode.ts';
