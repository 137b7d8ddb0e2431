/**
 * Places where a crash would be most telling, in the order in which one message passes them. Nothing else in the
 * server depends on this file.
 */
export type CrashPoint =
  | 'before-begin'
  | 'before-write'
  | 'after-message-row'
  | 'after-update-row'
  | 'after-write-before-commit'
  | 'after-commit-before-ack'
  | 'before-publish'
  | 'after-publish'
  | 'before-ack'
  | 'after-ack';

/** All of them, for tests that go through them. */
export const crashPoints: readonly CrashPoint[] = [
  'before-begin',
  'before-write',
  'after-message-row',
  'after-update-row',
  'after-write-before-commit',
  'after-commit-before-ack',
  'before-publish',
  'after-publish',
  'before-ack',
  'after-ack',
];

/** Told at each passing of a point. */
export type PassCrashPoint = (point: CrashPoint) => void;

/**
 * For crash tests: kills the process by SIGKILL at the n-th passing of a point, as in `after-ack:3`. Without a
 * specification nothing ever happens.
 * @throws RangeError when the specification names no point.
 */
export function crashAt(specification: string | undefined): PassCrashPoint {
  if (specification === undefined || specification === '') return () => undefined;
  const [name, count = '1'] = specification.split(':');
  const point = crashPoints.find((known) => known === name);
  let left = Number(count);
  if (point === undefined || !Number.isInteger(left) || left < 1) {
    throw new RangeError(
      `crash point '${specification}' is not one of ${crashPoints.join(', ')} with a count`,
    );
  }
  return (passed) => {
    if (passed !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
