/**
 * natter adapter for XMPP.
 * @packageDocumentation
 */
export {};
