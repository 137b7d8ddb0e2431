import { describe, it } from 'vitest';
import { crashPoints } from '../src/crash-points.ts';
import { crashAndJudge } from './support/crash-judge.ts';

/** Beside those of the short form. */
const passings = [3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 20, 33];
const places = crashPoints.flatMap((point) => passings.map((count) => `${point}:${count}`));

describe('a server that is killed at a hundred and twenty other places', () => {
  it.for(places)('at %s has lost nothing that it acknowledged, and doubles nothing', (place) =>
    crashAndJudge(place),
  );
});
