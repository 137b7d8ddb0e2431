import { nameOf, type Facts, type FinalHistory } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/**
 * I8: after healing, all histories agree: whatever one of them holds, each of them holds, acknowledged or not. A
 * message that failed or is still pending is on its sender's devices only, by right. Where the network keeps no
 * history there is nothing to agree on.
 */
export function* agreement(facts: Facts): Generator<Violation> {
  const notShared = new Set(
    facts.outcomes
      .filter(({ delivery }) => delivery !== 'delivered' && delivery !== 'read' && delivery !== 'sent')
      .map(({ message }) => message),
  );
  for (const [conversation, histories] of byConversation(facts)) {
    if (!facts.conversation(conversation).history) continue;
    const shared = histories.map((history) => sharedRows(history, histories, notShared));
    const union = new Set(shared.flatMap((rows) => [...rows]));
    for (const [index, history] of histories.entries()) {
      for (const message of union) {
        if (shared[index]?.has(message) === true) continue;
        yield violation('divergent', `${nameOf(history)} lacks ${message}, which another history has`, {
          message,
          conversation,
          ...(history.device === null ? {} : { device: history.device.device }),
        });
      }
    }
  }
}

/** The rows others should have too: all, but for the sender's own unsent ones. */
function sharedRows(
  history: FinalHistory,
  all: readonly FinalHistory[],
  unsent: ReadonlySet<string>,
): Set<string> {
  const rows = history.rows.filter(({ message, sender }) => {
    if (!unsent.has(message) || history.device?.account !== sender) return true;
    return all.some(
      (other) => other.device?.account !== sender && other.rows.some((row) => row.message === message),
    );
  });
  return new Set(rows.map((row) => row.message));
}

function byConversation(facts: Facts): Map<string, FinalHistory[]> {
  return Map.groupBy(facts.histories, (history) => history.conversation);
}
