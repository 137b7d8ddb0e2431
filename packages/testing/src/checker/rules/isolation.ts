import { nameOf, type Facts } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/**
 * I6: a fault in one account changes nothing in the others: no incident outside the faulty accounts while a fault is
 * active, and no message in a conversation in which it was not sent.
 */
export function* isolation(facts: Facts): Generator<Violation> {
  for (const { incident, faulty } of facts.incidents) {
    if (faulty.size === 0 || faulty.has(incident.account)) continue;
    const text = `the fault in ${[...faulty].join(', ')} reached ${incident.account}: ${incident.what}`;
    yield violation('not-isolated', text, { account: incident.account });
  }
  for (const history of facts.histories) {
    for (const { message } of history.rows) {
      const sent = facts.invoked.get(message);
      if (sent === undefined || sent.conversation === history.conversation) continue;
      const text = `${nameOf(history)} has ${message} in ${history.conversation}, but it was sent in ${sent.conversation}`;
      yield violation('misplaced', text, { message, conversation: history.conversation });
    }
  }
}
