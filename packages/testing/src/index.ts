/**
 * Adapter conformance suite, memory network, fault proxy and history checker.
 * @packageDocumentation
 */
export {};
