import { host, session, signIn, type BrokenAdapter } from './spoil.ts';

/** Timers that a fault leaks on purpose, for the test to clear. */
export const leaked: NodeJS.Timeout[] = [];

const never = (): AbortSignal => new AbortController().signal;

/** Faults of signing in, starting and ending. */
export const brokenLifecycles: readonly BrokenAdapter[] = [
  {
    fault: 'run() rejects instead of ending',
    profile: 'total',
    foundBy: 'lifecycle: a network that is down ends the run as network trouble',
    spoil: session(({ run }) => ({
      async run(resume, signal) {
        const ended = await run(resume, signal);
        if (ended.why === 'network') throw new Error('ECONNREFUSED');
        return ended;
      },
    })),
  },
  {
    fault: 'run() leaks a timer',
    profile: 'total',
    foundBy: 'lifecycle: nothing is left open when a run has ended, however often',
    spoil: session(({ run }) => ({
      run(resume, signal) {
        leaked.push(setInterval(() => {}, 60_000));
        return run(resume, signal);
      },
    })),
  },
  {
    fault: 'run() leaves a listener on its signal',
    profile: 'total',
    foundBy: 'messages: one that comes in is stored once, from its sender',
    spoil: session(({ run }) => ({
      run(resume, signal) {
        signal.addEventListener('abort', () => {});
        signal.addEventListener('abort', () => {}, { once: true });
        return run(resume, signal);
      },
    })),
  },
  {
    fault: 'run() ignores its signal while it connects',
    profile: 'total',
    foundBy: 'lifecycle: a run that is aborted before it starts is stopped, and never online',
    spoil: session(({ run }) => ({ run: (resume) => run(resume, never()) })),
  },
  {
    fault: 'a broken connection is called stopped',
    profile: 'total',
    foundBy: 'lifecycle: a broken connection ends the run as network trouble, and another run goes on',
    spoil: session(({ run }) => ({
      run: async (resume, signal) => (await run(resume, signal), { why: 'stopped' }),
    })),
  },
  {
    fault: 'the session talks after its run has ended',
    profile: 'total',
    foundBy: 'lifecycle: a session is silent after its run has ended',
    spoil: host((right) => {
      let timer: NodeJS.Timeout | undefined;
      return {
        phase(phase) {
          clearTimeout(timer);
          timer = setTimeout(() => right.roster('ready'), 60);
          leaked.push(timer);
          right.phase(phase);
        },
      };
    }),
  },
  {
    fault: 'a dead store goes unnoticed',
    profile: 'total',
    foundBy: 'lifecycle: a dead store ends the run, which does not reject',
    spoil: host((right) => ({ commit: (batch) => right.commit(batch).catch(() => {}) })),
  },
  {
    fault: 'a wrong password rejects',
    profile: 'total',
    foundBy: 'sign-in: a wrong password is a failed step and keeps nothing',
    spoil: signIn(({ next }) => ({
      async next(answer, signal) {
        const step = await next(answer, signal);
        if (step.kind === 'failed') throw new Error('401');
        return step;
      },
    })),
  },
  {
    fault: 'a wrong password is kept',
    profile: 'total',
    foundBy: 'sign-in: a wrong password is a failed step and keeps nothing',
    spoil: (adapter) => ({
      ...adapter,
      login: (start, base) => {
        const interaction = adapter.login(start, base);
        return {
          ...interaction,
          async next(answer, signal) {
            const password = answer?.values['password'];
            if (password !== undefined) await base.setSecret('password', password);
            return interaction.next(answer, signal);
          },
        };
      },
    }),
  },
  {
    fault: 'wipe() needs a run',
    profile: 'total',
    foundBy: 'lifecycle: wipe() forgets the account without any run',
    spoil: session(() => ({ wipe: async () => {} })),
  },
];
