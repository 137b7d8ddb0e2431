import type { ErrorCode, WireError } from '@natter/native-protocol';

/**
 * An expected "no" to a request, with the error that the client gets. Whatever else is thrown while a request is
 * handled is a fault of the server, is logged, and reaches the client as `internal`.
 */
export class Refusal extends Error {
  readonly error: WireError;

  constructor(code: ErrorCode, message: string, details: Omit<Partial<WireError>, 'code' | 'message'> = {}) {
    super(message);
    this.name = 'Refusal';
    this.error = { code, message, ...details };
  }
}
