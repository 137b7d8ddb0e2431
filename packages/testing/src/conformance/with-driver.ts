import { Driver, type DriverOptions } from './driver.ts';
import type { AdapterSetup } from './setup.ts';

/** Runs a case on a session that is online, stops it afterwards, and fails when the contract was broken meanwhile. */
export function withDriver(
  body: (driver: Driver, setup: AdapterSetup) => Promise<void>,
  options: DriverOptions = {},
): (setup: AdapterSetup) => Promise<void> {
  return async (setup) => {
    const driver = await Driver.start(setup, options);
    try {
      await body(driver, setup);
    } catch (caught) {
      // What broke the contract explains more than what was waited for in vain.
      if (driver.host.faults.length > 0) throw new Error(driver.host.faults.join('; '), { cause: caught });
      throw caught;
    } finally {
      await driver.stop();
    }
  };
}
