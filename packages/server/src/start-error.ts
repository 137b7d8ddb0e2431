/** Why a server cannot start, or its data cannot be opened: one line for the person at the command line. */
export class StartError extends Error {
  /** `configuration`: an option is wrong. `data`: the data directory cannot be used. `listen`: the port cannot. */
  readonly code: 'configuration' | 'data' | 'listen';

  constructor(code: StartError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
    this.code = code;
  }
}
