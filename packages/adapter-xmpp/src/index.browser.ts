/**
 * natter adapter for XMPP, for browsers.
 * @packageDocumentation
 */
export {};
