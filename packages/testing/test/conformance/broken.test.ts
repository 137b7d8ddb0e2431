import { afterEach, describe, expect, it } from 'vitest';
import { adapterCases, skipReason, type AdapterSetup } from '../../src/conformance/index.ts';
import { brokenLifecycles, leaked } from './broken/lifecycle.ts';
import { brokenMessages } from './broken/messages.ts';
import { memorySetup } from './memory-setup.ts';

const brokenAdapters = [...brokenLifecycles, ...brokenMessages];

afterEach(() => {
  for (const timer of leaked.splice(0)) clearTimeout(timer);
});

/** What the case says of this setup: null when it passes. */
async function verdict(name: string, setup: AdapterSetup): Promise<unknown> {
  const found = adapterCases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  expect(skipReason(found, setup)).toBeNull();
  try {
    await found.run(setup);
    return null;
  } catch (caught) {
    return caught;
  } finally {
    await setup.close();
  }
}

describe('the conformance suite finds each planted fault', () => {
  it.each(brokenAdapters.map((broken) => [broken.fault, broken] as const))('%s', async (_, broken) => {
    const { profile, foundBy, spoil } = broken;
    const setup = { ...(await memorySetup(profile, spoil)), patience: 600 };
    expect(await verdict(foundBy, setup)).toBeInstanceOf(Error);
  });

  it('and finds none where none is', async () => {
    for (const { fault, profile, foundBy } of brokenAdapters) {
      if (fault.startsWith('declares')) continue;
      const setup = { ...(await memorySetup(profile)), patience: 2000 };
      expect([foundBy, await verdict(foundBy, setup)]).toEqual([foundBy, null]);
    }
  });
});
