import { Refusal } from '../ports/refusal.ts';

/** That a message may still be changed. @throws Refusal `forbidden` */
export function requireYoung(age: number, limit: number | undefined, done: string): void {
  if (limit === undefined || age <= limit) return;
  throw new Refusal('forbidden', `A message can be ${done} for ${Math.round(limit / 60_000)} minutes.`);
}

export function noSuchMessage(): Refusal {
  return new Refusal('not-found', 'There is no such message.');
}
