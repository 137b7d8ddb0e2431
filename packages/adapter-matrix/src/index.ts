/**
 * natter adapter for Matrix, on Node.
 * @packageDocumentation
 */
export type { MatrixAdapterOptions } from './adapter.ts';
