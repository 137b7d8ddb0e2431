import { afterAll, describe, it } from 'vitest';
import { skipReason } from './case.ts';
import { adapterCases } from './cases/index.ts';
import type { AdapterSetup } from './setup.ts';

/** What {@link describeAdapter} needs. */
export interface DescribeAdapterOptions {
  /** Makes everything anew for one case: the adapter, an account, a peer. */
  setup(): Promise<AdapterSetup>;
  /** Milliseconds for one case. Default 60 s. */
  readonly timeout?: number;
}

/**
 * Runs the conformance suite on an adapter, as vitest tests. Only what the adapter declares decides which cases apply;
 * those that do not are skipped by name, with the reason, and listed on stderr at the end.
 */
export function describeAdapter(name: string, options: DescribeAdapterOptions): void {
  const skipped: string[] = [];
  // What decides about skipping is the same for every setup, so that a skip costs no further one.
  let known: Pick<AdapterSetup, 'adapter' | 'peer' | 'means'> | null = null;
  describe(name, () => {
    for (const conformanceCase of adapterCases) {
      it(conformanceCase.name, { timeout: options.timeout ?? 60_000 }, async ({ skip }) => {
        const setup =
          known === null || skipReason(conformanceCase, known) === null ? await options.setup() : null;
        known ??= setup;
        const reason = known === null ? null : skipReason(conformanceCase, known);
        try {
          if (setup !== null && reason === null) await conformanceCase.run(setup);
        } finally {
          await setup?.close();
        }
        if (reason === null) return;
        skipped.push(`${conformanceCase.name} (${reason})`);
        skip(reason);
      });
    }
    afterAll(() => {
      for (const line of skipped) process.stderr.write(`${name}: skipped: ${line}\n`);
    });
  });
}
