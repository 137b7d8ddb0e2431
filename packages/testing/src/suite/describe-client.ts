import { afterAll, describe, it } from 'vitest';
import { skipReason } from '../conformance/case.ts';
import type { AdapterSetup } from '../conformance/setup.ts';
import { clientCases } from './cases.ts';
import { linkForms } from './test-profile.ts';

/** What {@link describeClient} needs. */
export interface DescribeClientOptions {
  /** Makes everything anew for one case, as for `describeAdapter`. */
  setup(): Promise<AdapterSetup>;
  /** Milliseconds for one case. Default 60 s. */
  readonly timeout?: number;
}

/**
 * Runs the real hub and client over an adapter and lets the history checker judge. Every case runs twice: over a direct
 * link, and through JSON with a slow reader. What does not apply is skipped by name, with the reason, and listed on stderr.
 */
export function describeClient(name: string, options: DescribeClientOptions): void {
  const skipped = new Set<string>();
  afterAll(() => {
    for (const line of skipped) process.stderr.write(`${name}: skipped: ${line}\n`);
  });
  for (const form of linkForms) {
    describe(`${name}, ${form.name}`, () => {
      it.for(clientCases.map((each) => [each.name, each] as const))(
        '%s',
        { timeout: options.timeout ?? 60_000 },
        async ([, clientCase], { skip }) => {
          const setup = await options.setup();
          try {
            const reason = skipReason(clientCase, setup);
            if (reason !== null) {
              skipped.add(`${clientCase.name} (${reason})`);
              return skip(reason);
            }
            await clientCase.run(setup, form);
          } finally {
            await setup.close();
          }
        },
      );
    });
  }
}
