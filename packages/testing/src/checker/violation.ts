/** The promises, by the names the design gives them. */
export type PromiseName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';

/** What went wrong, in one word or two. */
export type FaultName =
  | 'lost'
  | 'duplicate-in-store'
  | 'duplicate-in-stream'
  | 'duplicate-on-server'
  | 'misordered'
  | 'divergent-order'
  | 'silent'
  | 'failed-yet-delivered'
  | 'forged-sender'
  | 'phantom'
  | 'misplaced'
  | 'not-isolated'
  | 'unbounded'
  | 'divergent';

/** One broken promise, with the place where it shows. */
export interface Violation {
  promise: PromiseName;
  fault: FaultName;
  /** A sentence for people. */
  text: string;
  message?: string;
  conversation?: string;
  device?: string;
  account?: string;
}

/** Which promise each fault breaks. */
const promiseOf: Readonly<Record<FaultName, PromiseName>> = {
  lost: 'I1',
  'duplicate-in-store': 'I2',
  'duplicate-in-stream': 'I2',
  'duplicate-on-server': 'I2',
  misordered: 'I3',
  'divergent-order': 'I3',
  silent: 'I4',
  'failed-yet-delivered': 'I4',
  'forged-sender': 'I5',
  phantom: 'I5',
  misplaced: 'I6',
  'not-isolated': 'I6',
  unbounded: 'I7',
  divergent: 'I8',
};

/** Builds a {@link Violation}; the promise follows from the fault. */
export function violation(fault: FaultName, text: string, where: Partial<Violation> = {}): Violation {
  return { promise: promiseOf[fault], fault, text, ...where };
}
