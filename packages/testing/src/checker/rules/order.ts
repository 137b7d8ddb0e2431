import type { InvokeEntry } from '../entry.ts';
import { nameOf, type Facts, type FinalHistory } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/** I3, first half: in every final history, the messages of one sender stand in the order in which they were sent. */
export function* misorder(facts: Facts): Generator<Violation> {
  for (const history of facts.histories) {
    const last = new Map<string, InvokeEntry>();
    for (const { message } of history.rows) {
      const sent = facts.invoked.get(message);
      if (sent === undefined || sent.conversation !== history.conversation) continue;
      const previous = last.get(sent.sender);
      if (previous !== undefined && sent.n < previous.n) {
        const text = `${nameOf(history)} shows ${message} (number ${sent.n}) after ${previous.message} (number ${previous.n})`;
        yield violation('misordered', text, placeOf(history, message));
      }
      last.set(sent.sender, sent);
    }
  }
}

/**
 * I3, second half: where the network has an order, all devices of an account converge to it, and so to the server's
 * where that can be read. Only messages that both histories hold are compared: what one lacks is another rule's.
 */
export function* divergentOrder(facts: Facts): Generator<Violation> {
  for (const history of facts.histories) {
    if (history.device === null || facts.conversation(history.conversation).order === 'arrival') continue;
    const reference = referenceFor(facts, history);
    if (reference === undefined) continue;
    const first = firstDifference(commonTo(reference, history), commonTo(history, reference));
    if (first === undefined) continue;
    const text = `${nameOf(history)} shows ${first.found} where ${nameOf(reference)} shows ${first.expected}`;
    yield violation('divergent-order', text, placeOf(history, first.found));
  }
}

/** The server's rows, or else those of the account's first device. */
function referenceFor(facts: Facts, history: FinalHistory): FinalHistory | undefined {
  const others = facts.histories.filter(
    (other) => other !== history && other.conversation === history.conversation,
  );
  return (
    others.find((other) => other.device === null) ??
    others.find((other) => other.device?.account === history.device?.account)
  );
}

function commonTo(history: FinalHistory, other: FinalHistory): string[] {
  const there = new Set(other.rows.map((row) => row.message));
  return [...new Set(history.rows.map((row) => row.message))].filter((message) => there.has(message));
}

function firstDifference(
  expected: string[],
  found: string[],
): { expected: string; found: string } | undefined {
  for (const [index, message] of expected.entries()) {
    const other = found[index];
    if (other !== undefined && other !== message) return { expected: message, found: other };
  }
  return undefined;
}

function placeOf(history: FinalHistory, message: string): Partial<Violation> {
  const { conversation, device } = history;
  return { conversation, message, ...(device === null ? {} : { device: device.device }) };
}
