import { z } from 'zod';

/**
 * Address of an account: `user@server`. It never changes, and is not given to another person after the account is
 * deleted, so it also serves as the key of an account.
 */
export type Address = string;
/** Opaque id of a conversation, given by the server. It never changes. */
export type ConversationId = string;
/** Opaque id of a device, unique within its account. */
export type DeviceId = string;
/** Milliseconds since 1970 by the server's clock. For display; nothing is ordered by it. */
export type Time = number;
/** Place of a message in its conversation: 1, 2, 3, ... without holes. */
export type Sequence = number;
/**
 * Place in an account's update log: 1, 2, 3, ... without holes. As a cursor it means "everything up to and with
 * this"; 0 is the place before the first update.
 */
export type Position = number;

/** A user name: what stands before the `@` of an address. Lower case. */
export const userPattern: RegExp = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/u;

/** A user name as {@link userPattern} has it. */
export const userSchema: z.ZodType<string> = z.string().regex(userPattern);
/** As typed by people: `alice`, `Alice`, or `alice@server`; the server completes it. */
export const addressSchema: z.ZodType<Address> = z.string().min(1).max(320);
/** The schema of {@link ConversationId}. */
export const conversationIdSchema: z.ZodType<ConversationId> = z.string().min(1).max(64);
/** The schema of {@link DeviceId}. */
export const deviceIdSchema: z.ZodType<DeviceId> = z.string().min(1).max(64);
/** The schema of {@link Time}. */
export const timeSchema: z.ZodType<Time> = z.number();
/** The schema of {@link Sequence}. */
export const sequenceSchema: z.ZodType<Sequence> = z.int().positive();
/** The schema of {@link Position}. */
export const positionSchema: z.ZodType<Position> = z.int().nonnegative();
/** One line that people read: a name, a group, a status. */
export const labelSchema: z.ZodType<string> = z.string().max(256);
/** A password as it is typed; its strength is checked at registration. */
export const passwordSchema: z.ZodType<string> = z.string().min(1).max(1024);
/** Number of a request, chosen by the client; the reply carries it. Unique among the requests that are under way. */
export const requestIdSchema: z.ZodType<number> = z.int().nonnegative();

/** The result of a request that has nothing to tell. */
export interface Done {
  readonly done: true;
}
/** The schema of {@link Done}. */
export const doneSchema: z.ZodType<Done> = z.object({ done: z.literal(true) });
