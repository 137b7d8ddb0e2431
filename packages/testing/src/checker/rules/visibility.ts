import type { InvokeEntry, OutcomeEntry } from '../entry.ts';
import { isSent, nameOf, type Facts } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/**
 * I4: nothing fails silently. Every message that was sent is shown on its sender's device as sent, unconfirmed,
 * pending or failed; what the sender was told and what is shown do not contradict each other; and what is called
 * failed was not delivered.
 */
export function* visibility(facts: Facts): Generator<Violation> {
  const shown = new Map(facts.outcomes.map((entry) => [entry.message, entry.delivery]));
  for (const sent of facts.invoked.values()) {
    if (!facts.devices.some((device) => device.account === sent.sender)) continue;
    const text = contradiction(facts.completed.get(sent.message), shown.get(sent.message));
    if (text !== null) yield violation('silent', `${sent.message} ${text}`, placeOf(sent));
  }
  const failed = new Set(
    [...shown].filter(([, delivery]) => delivery === 'failed').map(([message]) => message),
  );
  for (const [message, completion] of facts.completed) if (completion === 'fail') failed.add(message);
  for (const history of facts.histories) {
    for (const { message, sender } of history.rows) {
      // The sender's own device keeps the failed message, to show it.
      if (!failed.has(message) || history.device?.account === sender) continue;
      yield violation('failed-yet-delivered', `${message} is called failed, but ${nameOf(history)} has it`, {
        message,
      });
    }
  }
}

function contradiction(
  told: 'ok' | 'fail' | 'info' | undefined,
  shown: OutcomeEntry['delivery'] | undefined,
): string | null {
  if (shown === undefined)
    return 'was sent and is shown nowhere: neither as sent nor as pending nor as failed';
  if (told === 'ok' && !isSent(shown)) return `was acknowledged, but is shown as ${shown}`;
  if (told === 'fail' && shown !== 'failed') return `was refused, but is shown as ${shown}`;
  return null;
}

function placeOf(sent: InvokeEntry): Partial<Violation> {
  return { message: sent.message, conversation: sent.conversation, account: sent.sender };
}
