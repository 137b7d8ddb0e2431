/**
 * natter adapter for Matrix, for browsers: the same without a single Node import.
 * @packageDocumentation
 */
export type { MatrixAdapterOptions } from './adapter.ts';
