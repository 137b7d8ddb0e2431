import { Interrupted } from '../interruption.ts';

/** Asks the person at the terminal. Where there is none, nothing is asked and `null` is the answer. */
export class Terminal {
  readonly #stdin: () => NodeJS.ReadStream;
  readonly #stderr: () => NodeJS.WriteStream;
  readonly #signal: AbortSignal;

  constructor(stdin: () => NodeJS.ReadStream, stderr: () => NodeJS.WriteStream, signal: AbortSignal) {
    this.#stdin = stdin;
    this.#stderr = stderr;
    this.#signal = signal;
  }

  /** Whether a person can be asked. */
  get present(): boolean {
    return this.#stdin().isTTY && this.#stderr().isTTY;
  }

  /** One line, shown as it is typed; `label` must be harmless. */
  async ask(label: string): Promise<string | null> {
    if (!this.present) return null;
    const { createInterface } = await import('node:readline/promises');
    const reader = createInterface({ input: this.#stdin(), output: this.#stderr() });
    // readline takes Ctrl-C for itself.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return await reader.question(`${label}: `, { signal: this.#signal });
    } finally {
      reader.close();
    }
  }

  /** One line that is not shown. */
  async askSecret(label: string): Promise<string | null> {
    if (!this.present) return null;
    this.#signal.throwIfAborted();
    // Before the question, or a quick answer would be shown.
    this.#stdin().setRawMode(true);
    this.#stderr().write(`${label}: `);
    try {
      return await this.#readHidden();
    } finally {
      this.#stdin().setRawMode(false);
      this.#stdin().pause();
      this.#stderr().write('\n');
    }
  }

  #readHidden(): Promise<string> {
    const stdin = this.#stdin();
    let typed = '';
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        for (const character of chunk.toString('utf8')) {
          if (character === '\r' || character === '\n' || character === '\u0004')
            return done(() => resolve(typed));
          if (character === '\u0003') return done(() => reject(new Interrupted('SIGINT')));
          if (character === '\u007f' || character === '\b') typed = typed.replace(/.$/su, '');
          else if (character === '\u0015') typed = '';
          else typed += character;
        }
      };
      const onAbort = (): void => done(() => reject(this.#signal.reason as Error));
      const done = (finish: () => void): void => {
        stdin.removeListener('data', onData);
        this.#signal.removeEventListener('abort', onAbort);
        finish();
      };
      stdin.on('data', onData);
      this.#signal.addEventListener('abort', onAbort, { once: true });
      stdin.resume();
    });
  }
}
