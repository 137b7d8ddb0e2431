import { mintId, type Answer, type BaseHost, type LoginStart, type Step } from '@natter/core';
import type { AdapterSetup } from './setup.ts';

/** How a sign-in is answered where not as the setup says. */
export interface SignInOptions {
  readonly purpose?: LoginStart['purpose'];
  readonly address?: string;
  readonly answers?: Readonly<Record<string, string>>;
  /** What is answered when a certificate is shown. Default `trust`. */
  readonly certificate?: string;
  readonly signal?: AbortSignal;
}

/** What came of a sign-in. */
export interface SignedIn {
  /** The last step: `done` or `failed`, or fields that came back with an error. */
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly secrets: ReadonlyMap<string, string>;
}

/** Goes through a sign-in to its end, or until fields are asked for again because the answer was wrong. */
export async function signIn(setup: AdapterSetup, options: SignInOptions = {}): Promise<SignedIn> {
  const secrets = new Map<string, string>();
  const { account } = setup;
  const interaction = setup.adapter.login(
    {
      purpose: options.purpose ?? 'add',
      address: options.address ?? account.address,
      config: account.config,
      account: mintId('account'),
      deviceId: 'conformance',
    },
    secretsHost(secrets),
  );
  const signal = options.signal ?? new AbortController().signal;
  const steps: Step[] = [];
  let answer: Answer | null = null;
  for (let count = 0; count < 20; count++) {
    const step = await interaction.next(answer, signal);
    steps.push(step);
    if (step.kind === 'done' || step.kind === 'failed') return { step, steps, secrets };
    if (step.kind === 'fields' && step.error !== undefined) break;
    answer = answerTo(step, options.answers ?? account.answers, options.certificate ?? 'trust');
  }
  await interaction.cancel();
  const step = steps.at(-1);
  if (step === undefined) throw new Error('sign-in has no steps');
  return { step, steps, secrets };
}

function answerTo(step: Step, answers: Readonly<Record<string, string>>, certificate: string): Answer {
  if (step.kind === 'show')
    return { action: step.what === 'certificate' ? certificate : (step.actions[0] ?? 'submit'), values: {} };
  if (step.kind !== 'fields') return { action: 'submit', values: {} };
  const values = step.fields.map(({ name, value }) => [name, answers[name] ?? value ?? ''] as const);
  return { action: 'submit', values: Object.fromEntries(values) };
}

function secretsHost(secrets: Map<string, string>): BaseHost {
  return {
    secret: async (name) => secrets.get(name) ?? null,
    setSecret: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)),
    log: () => {},
  };
}
