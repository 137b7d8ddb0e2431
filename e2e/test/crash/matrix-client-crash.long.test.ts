import { describeKills } from './matrix-rehearsals.ts';

const every = (place: string, first: number, step: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${place}:${first + step * index}`);

describeKills([
  ...every('keys-before', 2, 3, 13),
  ...every('keys-after', 3, 3, 13),
  ...every('store-before', 2, 2, 7),
  ...every('store-after', 3, 2, 6),
  ...every('perform-before', 1, 1, 4),
  ...every('perform-after', 1, 1, 4),
  ...every('commit-before', 2, 1, 3),
  ...every('commit-after', 2, 1, 3),
]);
