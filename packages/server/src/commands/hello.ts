import type { Command } from './command.ts';

/** Tells what a client must know before it signs in. */
export const hello: Command<'hello'> = {
  needs: 'nothing',
  handle: async ({ services }) => {
    const { settings, storage } = services;
    return {
      server: storage.name,
      software: 'natter',
      registration: settings.registration,
      limits: settings.limits,
      heartbeat: settings.heartbeat,
      signInTimeout: settings.visitors.timeout,
      time: services.clock(),
      features: ['pins', 'expiry', 'search', 'group-icons', 'pictures'],
    };
  },
};
