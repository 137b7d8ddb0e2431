/**
 * One process that owns a natter profile and serves front ends over a local socket.
 * @packageDocumentation
 */
export {};
