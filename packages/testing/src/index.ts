/**
 * What it takes to prove an adapter of natter. The suites, which need a test runner, are entries of their own:
 * `@natter/testing/conformance`, `@natter/testing/suite` and `@natter/testing/store`; so is `@natter/testing/tls`.
 *
 * @example
 * ```ts
 * import { createMemoryAdapter, MemoryNetwork } from '@natter/testing';
 *
 * const network = new MemoryNetwork({ profile: 'total' });
 * const adapter = createMemoryAdapter(network);
 * ```
 * @packageDocumentation
 */
export * from './checker/index.ts';
export * from './memory/index.ts';
export * from './proxy/index.ts';
export { freshSeed, seededRandom, type Random } from './random.ts';
