import type { Handlers } from '../../link/handlers.ts';
import type { Runners } from '../accounts/runners.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { ClientContext } from './context.ts';
import { accountMethods } from './methods/accounts.ts';
import { changeMethods } from './methods/changes.ts';
import { conversationMethods } from './methods/conversations.ts';
import { historyMethods } from './methods/history.ts';
import { messageMethods } from './methods/messages.ts';
import { peopleMethods } from './methods/people.ts';
import { clientStreams } from './streams.ts';

/** What stands behind every link to this hub. */
export function clientHandlers(context: ClientContext, runners: Runners, signIn: SignIn): Handlers {
  return {
    methods: {
      ...accountMethods(context, runners, signIn),
      ...peopleMethods(context),
      ...conversationMethods(context),
      ...messageMethods(context),
      ...changeMethods(context),
      ...historyMethods(context),
    },
    streams: clientStreams(context),
    blobs: context.environment.blobs,
  };
}
