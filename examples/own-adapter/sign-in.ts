import { errorData } from '@natter/core';
import type { Answer, BaseHost, Interaction, Step } from '@natter/core';
import type { Parrot } from './parrot.ts';

const ASK: Step = {
  kind: 'fields',
  title: 'Polly',
  fields: [{ name: 'password', label: 'What do you feed it?', secret: true, required: true }],
};

/** Asks for the food, tries it, and keeps it for the sessions to come. Any front end can show these steps. */
export function signIn(parrot: Parrot, host: BaseHost): Interaction {
  return {
    next: async (answer: Answer | null, signal: AbortSignal): Promise<Step> => {
      if (signal.aborted) return { kind: 'failed', error: errorData('aborted', 'cancelled') };
      if (answer === null) return ASK;
      const food = answer.values['password'] ?? null;
      if (!parrot.accepts(food)) return { kind: 'failed', error: wrongFood() };
      await host.setSecret('password', food);
      return { kind: 'done' };
    },
    cancel: async () => {},
  };
}

/** Never tried again by itself: only the user can bring something better. */
export function wrongFood(): ReturnType<typeof errorData> {
  return errorData('authentication', 'the parrot wants something else to eat', {
    scope: 'account',
    userAction: 'sign-in',
  });
}
