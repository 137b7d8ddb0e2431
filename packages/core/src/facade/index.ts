export type {
  AccountClient,
  Client,
  ClientChange,
  ClientStreams,
  Outgoing,
  PresenceChange,
  Rows,
  SentMessage,
  TimelineMove,
  Windowed,
} from './client.ts';
export { createClient } from './create-client.ts';
export type { ClientOptions } from './create-client.ts';
