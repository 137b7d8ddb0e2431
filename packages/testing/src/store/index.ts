/**
 * What every implementation of the Store port must do, as tests.
 * @packageDocumentation
 */
export { sample, type Sample } from './samples.ts';
export { describeStore, type OpenStore, type StoreUnderTest } from './suite.ts';
