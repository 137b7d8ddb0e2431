import { supports, type Capabilities, type SupportKey } from '@natter/core';
import type { AdapterSetup, Means, Peer } from './setup.ts';

/** One thing that the suite asks of an adapter. */
export interface ConformanceCase {
  /** `area: what is so`. */
  readonly name: string;
  readonly needs?: Needs;
  /** Fails by throwing. */
  run(setup: AdapterSetup): Promise<void>;
}

/** When a case applies. */
export interface Needs {
  /** Declared at least `partial`. */
  readonly support?: readonly SupportKey[];
  readonly resend?: readonly Capabilities['resend'][];
  readonly order?: readonly Capabilities['order'][];
  readonly catchUp?: readonly Capabilities['catchUp'][];
  /** Acts without which the peer cannot play its part. */
  readonly peer?: readonly (keyof Peer)[];
  /** What the harness must be able to make the network do. */
  readonly means?: readonly (keyof Means)[];
}

/** Why a case does not apply, or `null` when it does. Only declared capabilities and what the setup has decide. */
export function skipReason(
  { needs = {} }: Pick<ConformanceCase, 'needs'>,
  setup: Pick<AdapterSetup, 'adapter' | 'peer' | 'means'>,
): string | null {
  const { capabilities } = setup.adapter;
  for (const key of needs.support ?? []) if (!supports(capabilities, key)) return `${key} is not declared`;
  for (const mode of ['resend', 'order', 'catchUp'] as const) {
    const wanted: readonly string[] | undefined = needs[mode];
    if (wanted !== undefined && !wanted.includes(capabilities[mode]))
      return `${mode} is ${capabilities[mode]}`;
  }
  for (const act of needs.peer ?? [])
    if (setup.peer[act] === undefined) return `the peer of this setup cannot ${act}`;
  for (const means of needs.means ?? [])
    if (setup.means?.[means] === undefined) return `this setup cannot ${means}`;
  return null;
}
