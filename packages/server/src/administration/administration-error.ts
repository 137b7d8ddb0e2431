/** Why an administrator's operation was not done: one line for the person at the command line. */
export class AdministrationError extends Error {
  readonly code: 'name-invalid' | 'name-taken' | 'password-weak' | 'not-found';

  constructor(code: AdministrationError['code'], message: string) {
    super(message);
    this.name = 'AdministrationError';
    this.code = code;
  }
}
