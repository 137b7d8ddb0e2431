import type { ServerFrame } from '../pushes.ts';
import type { ClientFrame } from '../requests.ts';

/** The text of a frame. The types guarantee that the other side's schema takes it, but for limits of size. */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame);
}
