/**
 * natter adapter for the native network.
 * @packageDocumentation
 */
export {};
