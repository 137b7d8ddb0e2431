import { z } from 'zod';

/**
 * Bounds of a server, told in `welcome`. A frame past one of them is answered with `too-large`, `too-deep` or
 * `invalid`; a client that keeps to them never sees those.
 */
export interface Limits {
  /** Bytes of one frame in UTF-8. */
  readonly frameBytes: number;
  /** Length of a message's text in UTF-16 code units. */
  readonly textLength: number;
  /** Most items of one page of history or of updates. */
  readonly pageSize: number;
  /** Most contacts of one account. */
  readonly contacts: number;
  /** Most contact requests of one account that await an answer. Absent from servers that count none. */
  readonly openRequests?: number;
  /** Most requests of people who are not on its list that can wait at one account. Absent from servers that count none. */
  readonly strangerRequests?: number;
  /** Most members of a group, invited ones too. Absent from servers that have no groups. */
  readonly groupMembers?: number;
  /** Bytes of one file. Absent from servers that take none. */
  readonly fileBytes?: number;
  /** Milliseconds after which a message can no more be edited, or taken back. Absent when it always can. */
  readonly editAge?: number;
  readonly retractAge?: number;
  /** Most requests of one connection that await their reply; past it the server stops reading. */
  readonly requestsInFlight: number;
}

/** The schema of {@link Limits}. */
export const limitsSchema: z.ZodType<Limits> = z.object({
  frameBytes: z.int().positive(),
  textLength: z.int().positive(),
  pageSize: z.int().positive(),
  contacts: z.int().positive(),
  openRequests: z.int().positive().exactOptional(),
  strangerRequests: z.int().positive().exactOptional(),
  groupMembers: z.int().positive().exactOptional(),
  fileBytes: z.int().positive().exactOptional(),
  editAge: z.int().positive().exactOptional(),
  retractAge: z.int().positive().exactOptional(),
  requestsInFlight: z.int().positive(),
});

/** What a server allows unless it is told otherwise. */
export const defaultLimits: Limits = {
  frameBytes: 256 * 1024,
  textLength: 20_000,
  pageSize: 500,
  contacts: 20_000,
  openRequests: 200,
  strangerRequests: 500,
  groupMembers: 200,
  fileBytes: 100 * 1024 * 1024,
  editAge: 48 * 3_600_000,
  requestsInFlight: 256,
};

/** Deepest nesting of objects and arrays in a frame. The deepest frame of the schema has 8 levels. */
export const maximumDepth = 16;
