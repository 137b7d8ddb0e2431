/** Key of an account inside the server. Permanent, never given twice. */
export type AccountId = number;
/** Key of a device inside the server. Unique over all accounts, never given twice. */
export type DeviceId = number;
/** Key of a conversation inside the server. Permanent, never given twice. */
export type ConversationId = number;
/** Key of a file inside the server. Permanent, never given twice. */
export type FileId = number;
