import { z } from 'zod';
import { addressSchema, labelSchema, requestIdSchema } from './fields.ts';
import type { Address } from './fields.ts';
import { fileIdSchema } from './file.ts';
import type { FileId } from './file.ts';

/**
 * One direction of a subscription. `pending`: asked and not yet answered. `denied`: asked and refused.
 */
export type SubscriptionState = 'none' | 'pending' | 'granted' | 'denied';

/** A row of the roster. */
export interface Contact {
  readonly address: Address;
  /** Display name that the contact chose. */
  readonly name: string;
  /** A picture that the contact chose: a file of this server, which whoever may see the contact's presence may get. */
  readonly picture?: FileId;
  /** Name that the owner of the roster chose. */
  readonly alias?: string;
  readonly groups: readonly string[];
  /** `to`: may I see the contact's presence; `from`: may the contact see mine. */
  readonly subscription: { readonly to: SubscriptionState; readonly from: SubscriptionState };
  /** With `from: pending`: what the contact wrote with the request. */
  readonly requestText?: string;
  /** The owner has blocked the contact: no presence and no message goes either way. */
  readonly blocked: boolean;
}

/** Reads the roster, or what has changed since a version of it. */
export interface RosterRequest {
  readonly type: 'roster';
  readonly id: number;
  /** Version of the copy at hand; without one the whole roster is sent. */
  readonly version?: number;
}

/** The roster at a version. */
export interface Roster {
  readonly version: number;
  /** True: `contacts` is all there is. False: only what changed since the version that was asked for. */
  readonly full: boolean;
  readonly contacts: readonly Contact[];
  /** With `full: false`: addresses that have left the roster. */
  readonly removed: readonly Address[];
}

/** What every request about one contact answers: the row as it is now, `null` when it is gone. */
export interface ContactResult {
  readonly contact: Contact | null;
  readonly version: number;
}

/**
 * Asks a person to share presence. Answers the other's open request if there is one. An acceptance grants both
 * directions: who asks, offers.
 */
export interface ContactRequestRequest {
  readonly type: 'contact-request';
  readonly id: number;
  readonly address: Address;
  /** A word to the person. */
  readonly text?: string;
  readonly alias?: string;
  readonly groups?: readonly string[];
}
/** Accepts an open request: both directions become `granted`. */
export interface ContactAcceptRequest {
  readonly type: 'contact-accept';
  readonly id: number;
  readonly address: Address;
}
/** Refuses an open request, or withdraws what was granted: the contact sees us offline from now on. */
export interface ContactDenyRequest {
  readonly type: 'contact-deny';
  readonly id: number;
  readonly address: Address;
}
/** Takes the contact off the roster and ends both directions. The other keeps a row with `none`. */
export interface ContactRemoveRequest {
  readonly type: 'contact-remove';
  readonly id: number;
  readonly address: Address;
}
/** Blocks somebody, who need not be on the roster. */
export interface ContactBlockRequest {
  readonly type: 'contact-block';
  readonly id: number;
  readonly address: Address;
}
/** Lifts a block; subscriptions are as they were before. */
export interface ContactUnblockRequest {
  readonly type: 'contact-unblock';
  readonly id: number;
  readonly address: Address;
}
/** Sets alias and groups. An absent field is left as it is; an empty alias removes it. */
export interface ContactUpdateRequest {
  readonly type: 'contact-update';
  readonly id: number;
  readonly address: Address;
  readonly alias?: string;
  readonly groups?: readonly string[];
}

const stateSchema = z.enum(['none', 'pending', 'granted', 'denied']);
const groupsSchema = z.array(labelSchema).max(64);

/** The schema of {@link Contact}. */
export const contactSchema: z.ZodType<Contact> = z.object({
  address: addressSchema,
  name: z.string(),
  picture: fileIdSchema.exactOptional(),
  alias: z.string().exactOptional(),
  groups: z.array(z.string()),
  subscription: z.object({ to: stateSchema, from: stateSchema }),
  requestText: z.string().exactOptional(),
  blocked: z.boolean(),
});
/** The schema of {@link ContactResult}. */
export const contactResultSchema: z.ZodType<ContactResult> = z.object({
  contact: contactSchema.nullable(),
  version: z.int(),
});
/** The schema of {@link RosterRequest}. */
export const rosterRequestSchema: z.ZodType<RosterRequest> = z.object({
  type: z.literal('roster'),
  id: requestIdSchema,
  version: z.int().nonnegative().exactOptional(),
});
/** The schema of {@link Roster}. */
export const rosterSchema: z.ZodType<Roster> = z.object({
  version: z.int(),
  full: z.boolean(),
  contacts: z.array(contactSchema),
  removed: z.array(addressSchema),
});

/** The schema of {@link ContactRequestRequest}. */
export const contactRequestRequestSchema: z.ZodType<ContactRequestRequest> = z.object({
  type: z.literal('contact-request'),
  id: requestIdSchema,
  address: addressSchema,
  text: z.string().max(1024).exactOptional(),
  alias: labelSchema.exactOptional(),
  groups: groupsSchema.exactOptional(),
});
/** The schema of {@link ContactAcceptRequest}. */
export const contactAcceptRequestSchema: z.ZodType<ContactAcceptRequest> = z.object({
  type: z.literal('contact-accept'),
  id: requestIdSchema,
  address: addressSchema,
});
/** The schema of {@link ContactDenyRequest}. */
export const contactDenyRequestSchema: z.ZodType<ContactDenyRequest> = z.object({
  type: z.literal('contact-deny'),
  id: requestIdSchema,
  address: addressSchema,
});
/** The schema of {@link ContactRemoveRequest}. */
export const contactRemoveRequestSchema: z.ZodType<ContactRemoveRequest> = z.object({
  type: z.literal('contact-remove'),
  id: requestIdSchema,
  address: addressSchema,
});
/** The schema of {@link ContactBlockRequest}. */
export const contactBlockRequestSchema: z.ZodType<ContactBlockRequest> = z.object({
  type: z.literal('contact-block'),
  id: requestIdSchema,
  address: addressSchema,
});
/** The schema of {@link ContactUnblockRequest}. */
export const contactUnblockRequestSchema: z.ZodType<ContactUnblockRequest> = z.object({
  type: z.literal('contact-unblock'),
  id: requestIdSchema,
  address: addressSchema,
});
/** The schema of {@link ContactUpdateRequest}. */
export const contactUpdateRequestSchema: z.ZodType<ContactUpdateRequest> = z.object({
  type: z.literal('contact-update'),
  id: requestIdSchema,
  address: addressSchema,
  alias: labelSchema.exactOptional(),
  groups: groupsSchema.exactOptional(),
});
