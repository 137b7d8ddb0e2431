import { nameOf, type Facts } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/** I5: the stored sender is the authenticated one, and nothing is stored or emitted that nobody sent. */
export function* senders(facts: Facts): Generator<Violation> {
  for (const history of facts.histories) {
    for (const { message, sender } of history.rows) {
      const sent = facts.invoked.get(message);
      const where = { message, conversation: history.conversation };
      if (sent === undefined) {
        yield violation('phantom', `${nameOf(history)} has ${message}, which nobody sent`, where);
      } else if (sent.sender !== sender) {
        const text = `${nameOf(history)} says ${message} is from ${sender}, but ${sent.sender} sent it`;
        yield violation('forged-sender', text, where);
      }
    }
  }
  for (const { device, message } of facts.emitted) {
    if (facts.invoked.has(message)) continue;
    yield violation('phantom', `device ${device} emitted ${message}, which nobody sent`, { device, message });
  }
}
