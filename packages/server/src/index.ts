/**
 * The bundled natter instant-messaging server.
 * @packageDocumentation
 */
export {};
