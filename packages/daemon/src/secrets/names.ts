/** The secret that holds a command line in place of the password. */
export const passwordCommandName = 'password-command';
