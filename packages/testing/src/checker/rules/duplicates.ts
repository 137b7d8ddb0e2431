import { nameOf, type Facts } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/** I2: no message is stored twice, on a device or on the server, and none is emitted twice by one device's stream. */
export function* duplicates(facts: Facts): Generator<Violation> {
  for (const history of facts.histories) {
    const { device, conversation } = history;
    for (const [message, times] of repeated(history.rows.map((row) => row.message))) {
      const fault = device === null ? 'duplicate-on-server' : 'duplicate-in-store';
      const where = device === null ? {} : { device: device.device };
      yield violation(fault, `${nameOf(history)} has ${message} ${times} times`, {
        message,
        conversation,
        ...where,
      });
    }
  }
  for (const { device } of facts.devices) {
    const emitted = facts.emitted.filter((entry) => entry.device === device).map((entry) => entry.message);
    for (const [message, times] of repeated(emitted)) {
      yield violation('duplicate-in-stream', `device ${device} emitted ${message} ${times} times`, {
        message,
        device,
      });
    }
  }
}

function repeated(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1);
}
