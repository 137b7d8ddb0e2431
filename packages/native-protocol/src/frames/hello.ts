import { z } from 'zod';
import { limitsSchema } from '../limits.ts';
import type { Limits } from '../limits.ts';
import { labelSchema, requestIdSchema, timeSchema } from './fields.ts';
import type { Time } from './fields.ts';

/** Who may make an account: everybody, who holds an invitation, or only the administrator. */
export type RegistrationMode = 'open' | 'invite' | 'closed';

/**
 * The first request of a connection. It needs no sign-in and may be pipelined with the one that signs in; a client
 * that knows the server may leave it out.
 */
export interface HelloRequest {
  readonly type: 'hello';
  readonly id: number;
  /** What is calling, for the server's logs. */
  readonly client?: { readonly name: string; readonly version: string };
}

/** What a client must know of a server before it signs in. */
export interface Welcome {
  /** The part of an address after the `@`. */
  readonly server: string;
  /** Software and version, for people. */
  readonly software: string;
  readonly registration: RegistrationMode;
  readonly limits: Limits;
  /** Milliseconds of silence after which the server sends a WebSocket ping. */
  readonly heartbeat: number;
  /** Milliseconds a connection may stay without signing in. */
  readonly signInTimeout: number;
  /** The server's clock. */
  readonly time: Time;
  /** Names of optional parts that the server has; unknown names are ignored. */
  readonly features: readonly string[];
}

/** Asks whether the server is there, for clients that cannot send WebSocket pings (browsers). */
export interface PingRequest {
  readonly type: 'ping';
  readonly id: number;
}

/** The schema of {@link HelloRequest}. */
export const helloRequestSchema: z.ZodType<HelloRequest> = z.object({
  type: z.literal('hello'),
  id: requestIdSchema,
  client: z.object({ name: labelSchema, version: labelSchema }).exactOptional(),
});

/** The schema of {@link Welcome}. */
export const welcomeSchema: z.ZodType<Welcome> = z.object({
  server: z.string().min(1),
  software: z.string(),
  registration: z.enum(['open', 'invite', 'closed']),
  limits: limitsSchema,
  heartbeat: z.number().positive(),
  signInTimeout: z.number().positive(),
  time: timeSchema,
  features: z.array(z.string()),
});

/** The schema of {@link PingRequest}. */
export const pingRequestSchema: z.ZodType<PingRequest> = z.object({
  type: z.literal('ping'),
  id: requestIdSchema,
});
