export type { BackoffPolicy } from './backoff.ts';
export type { LogSink } from './environment.ts';
export { createHub } from './hub.ts';
export type { Hub, HubOptions } from './hub.ts';
export type { AccountStatus } from './state/account-status.ts';
export type { KeyIndex } from './state/key-index.ts';
export type { MemberNews, News } from './state/news.ts';
export type { Profile, Sweep, Tail } from './state/profile.ts';
export type { Typist } from './state/typing.ts';
