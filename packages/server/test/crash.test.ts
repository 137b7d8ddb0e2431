import { describe, expect, it } from 'vitest';
import { crashAt, crashPoints } from '../src/crash-points.ts';
import { crashAndJudge } from './support/crash-judge.ts';

/** The first passings are those of the sign-ins and of the new conversation, the later ones of messages in bursts. */
const passings = [1, 2, 5, 14];
const places = crashPoints.flatMap((point) => passings.map((count) => `${point}:${count}`));

describe('a server that is killed', () => {
  it.for(places)(
    'at %s has lost nothing that it acknowledged, and doubles nothing',
    { timeout: 30_000 },
    (place) => crashAndJudge(place),
  );

  it.for(crashPoints.map((point) => `${point}:40`))(
    'at %s, while its log is folded back all the time, either',
    { timeout: 30_000 },
    (place) => crashAndJudge(place, { checkpointPages: 1 }),
  );

  it('is killed only where the tests say', () => {
    expect(() => crashAt('nowhere:1')).toThrow(RangeError);
    expect(() => crashAt('after-ack:0')).toThrow(RangeError);
    for (const point of crashPoints) crashAt(undefined)(point);
  });
});
