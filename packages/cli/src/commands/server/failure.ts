import type { ErrorCode } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';

const codes: Readonly<Record<string, ErrorCode>> = {
  'name-invalid': 'invalid',
  'password-weak': 'invalid',
  'name-taken': 'conflict',
  'not-found': 'not-found',
};

/** Runs something of the server's and turns its errors, which are the server's own, into ours. */
export async function asNatterError<Result>(work: () => Promise<Result>): Promise<Result> {
  const { AdministrationError, StartError } = await import('@natter/server');
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdministrationError)
      throw new NatterError(errorData(codes[error.code] ?? 'server', error.message));
    if (error instanceof StartError) throw new NatterError(errorData('server', error.message));
    throw error;
  }
}
