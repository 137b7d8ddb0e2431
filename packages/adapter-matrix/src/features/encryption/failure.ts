import { NatterError, type ErrorData } from '@natter/core/model';
import { mapError } from '../../mapping/errors.ts';

/** What an interaction about keys failed with, whether we or the wire say it. */
export function failureOf(error: unknown): ErrorData {
  return NatterError.isInstance(error) ? error.data : mapError(error, 'account');
}
