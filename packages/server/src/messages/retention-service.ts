import type { Log } from '../log.ts';
import type { MessageRetention } from '../ports/message-retention.ts';

const hour = 3_600_000;

/** What the service needs to know. */
export interface RetentionParts {
  readonly retention: MessageRetention;
  /** Milliseconds that messages stay. */
  readonly age: number;
  readonly clock: () => number;
  readonly log: Log;
  readonly onFault: (error: unknown) => void;
}

/** Removes messages that are older than the server keeps them, now and every hour. */
export function keepRetention(parts: RetentionParts): { stop(): Promise<void> } {
  let running = removeOld(parts);
  const timer = setInterval(
    () => {
      // One after the other, however long it takes.
      running = running.then(() => removeOld(parts));
    },
    Math.min(hour, parts.age),
  );
  timer.unref();
  return {
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await running;
    },
  };
}

async function removeOld({ retention, age, clock, log, onFault }: RetentionParts): Promise<void> {
  try {
    const messages = await retention.removeBefore(clock() - age);
    if (messages > 0) log({ level: 'info', event: 'old-messages-removed', messages });
  } catch (error) {
    onFault(error);
  }
}
