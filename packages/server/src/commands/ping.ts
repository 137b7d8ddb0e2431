import { done } from './command.ts';
import type { Command } from './command.ts';

/** The server is there. */
export const ping: Command<'ping'> = { needs: 'nothing', handle: async () => done };
