/**
 * The natter command: every account in one contact list.
 * @packageDocumentation
 */
export {};
