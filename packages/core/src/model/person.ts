import type { ContactId, ConversationId, PersonId } from './ids.ts';
import type { Contact } from './contact.ts';
import type { Availability, ContactPresence } from './presence.ts';

/** The merged row: one human, one or more contacts. What is stored. */
export interface PersonRecord {
  readonly id: PersonId;
  /** The name that the user gave the person; else it is taken from the first contact. */
  readonly alias: string | null;
  /** In the user's order: through the first that can carry it goes a message. Presence only breaks ties of nobody's order. */
  readonly contacts: readonly ContactId[];
  /** Whether the user ordered the contacts; else presence decides the route. */
  readonly ordered: boolean;
  /** The person that absorbed this one; its id goes on to work. */
  readonly mergedInto: PersonId | null;
}

/** "These two are not the same": wins over every suggestion and every automatic link, for ever. */
export interface Distinction {
  readonly a: ContactId;
  readonly b: ContactId;
}

/** A contact within a person's row, with what the row shows of it. */
export interface PersonContact extends Contact {
  readonly network: string;
  readonly accountAddress: string;
  readonly presence: ContactPresence;
  /** The direct conversation with this contact, once there is one. */
  readonly conversation: ConversationId | null;
}

/** A row of the unified contact list. */
export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly presence: {
    readonly availability: Availability;
    readonly text: string | null;
    readonly since: number | null;
  };
  /** Unread messages in the direct conversations of all contacts. */
  readonly unread: number;
  /** Time of the last message either way, milliseconds since 1970; 0 for never. */
  readonly lastActivity: number;
  readonly contacts: readonly PersonContact[];
}

/** A guess that two people are one. Only ever shown, never acted on without the user. */
export interface LinkSuggestion {
  readonly a: PersonId;
  readonly b: PersonId;
  readonly reason: 'same-name' | 'same-address' | 'similar-name';
  /** From 0 to 1. */
  readonly confidence: number;
}
