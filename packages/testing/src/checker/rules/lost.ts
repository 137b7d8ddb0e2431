import { nameOf, type Facts, type FinalHistory } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/**
 * I1: no message whose send was acknowledged is lost. It must be in every final history of its conversation; where
 * the network keeps no history, in those of its sender, since others may have been away.
 */
export function* lost(facts: Facts): Generator<Violation> {
  for (const history of facts.histories) {
    const present = new Set(history.rows.map((row) => row.message));
    for (const { message, conversation, sender } of facts.invoked.values()) {
      if (conversation !== history.conversation || present.has(message)) continue;
      if (!facts.acknowledged(message) || !mustHold(facts, history, sender)) continue;
      yield violation('lost', `${message} was acknowledged, but ${nameOf(history)} does not have it`, {
        message,
        conversation,
        ...(history.device === null ? {} : { device: history.device.device }),
      });
    }
  }
}

function mustHold(facts: Facts, history: FinalHistory, sender: string): boolean {
  return facts.conversation(history.conversation).history || history.device?.account === sender;
}
