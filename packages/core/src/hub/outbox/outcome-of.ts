import type { Outcome } from '../../contract/index.ts';
import { errorData } from '../../model/index.ts';

/** What a session answered, as far as it means anything: anything else leaves in doubt what became of the operation. */
export function outcomeOf(answer: Outcome): Outcome {
  // Adapters are code of others; what they answer is not held to the type.
  const told: Readonly<Record<string, unknown>> =
    typeof answer === 'object' && answer !== null ? { ...answer } : {};
  switch (told['result']) {
    case 'accepted':
      if (isKeys(told['refs']) && isOptionalKey(told['claimed']) && isOptionalKey(told['conversation']))
        return answer;
      break;
    case 'unconfirmed':
      if (isOptionalKey(told['claimed'])) return answer;
      break;
    case 'not-sent':
    case 'unknown':
    case 'refused':
      if (typeof told['error'] === 'object' && told['error'] !== null) return answer;
      break;
    default:
  }
  const error = errorData('protocol', 'the adapter does not say what became of it', {
    scope: 'operation',
    retriable: true,
    certain: false,
  });
  return { result: 'unknown', error };
}

function isKeys(value: unknown): boolean {
  return Array.isArray(value) && value.every(isKey);
}

function isOptionalKey(value: unknown): boolean {
  return value === undefined || isKey(value);
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0;
}
