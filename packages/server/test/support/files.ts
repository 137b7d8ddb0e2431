import { createHash } from 'node:crypto';
import type { FileAccess } from '@natter/native-protocol';
import type { NatterServer } from '../../src/server.ts';
import type { TestClient } from './client.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function announce(client: TestClient, bytes: Uint8Array, clientId = 'file'): Promise<FileAccess> {
  return client.request({
    type: 'file-create',
    clientId,
    name: '../../etc/passwd',
    mediaType: 'text/html',
    size: bytes.length,
  });
}

export const urlOf = (server: NatterServer, path: string): string =>
  `${server.url.replace('ws', 'http')}${path}`;

export function ask(
  server: NatterServer,
  { path, token }: Pick<FileAccess, 'path' | 'token'>,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Response> {
  return fetch(urlOf(server, path), {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
}

export function patch(
  server: NatterServer,
  access: FileAccess,
  bytes: Uint8Array,
  offset: number,
): Promise<Response> {
  return ask(server, access, {
    method: 'PATCH',
    headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    body: Buffer.from(bytes),
  });
}

export function attach(access: FileAccess, size: number) {
  const { file } = access;
  const url = `https://localhost/files/${file}`;
  return {
    text: '',
    attachments: [{ kind: 'file', url, file, name: 'x', mediaType: 'text/plain', size }],
  } as const;
}
