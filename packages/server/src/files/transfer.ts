import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileRecord } from '../ports/files.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Services } from '../services.ts';
import { parseFileId } from '../wire-ids.ts';
import { byteRange } from './byte-range.ts';
import { filesPath } from './file-service.ts';

/** https://tus.io/protocols/resumable-upload (core protocol; a file is announced over the WebSocket). */
const tusVersion = '1.0.0';
const uploadType = 'application/offset+octet-stream';

/** Pages of any origin may ask: what counts is the ticket, and there are no cookies. */
const openToAll = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, PATCH, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, range, tus-resumable, upload-offset',
  'access-control-expose-headers': 'content-range, etag, tus-resumable, upload-length, upload-offset',
};

/** An answer that is an error. */
class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether a request is about the bytes of a file. */
export function isTransfer({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(filesPath);
}

/** Answers a request about the bytes of a file. */
export function transfer(services: Services, request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  socket.setTimeout(services.settings.visitors.timeout, () => socket.destroy());
  response.once('close', () => socket.setTimeout(0));
  for (const [name, value] of Object.entries(openToAll)) response.setHeader(name, value);
  response.setHeader('tus-resumable', tusVersion);
  answer(services, request, response).catch((error: unknown) => fail(services, response, error));
}

async function answer(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'OPTIONS') {
    const { fileBytes } = services.settings.limits;
    const size = fileBytes === undefined ? {} : { 'tus-max-size': fileBytes };
    response.writeHead(204, { 'tus-version': tusVersion, ...size }).end();
    return;
  }
  const { 'tus-resumable': spoken = tusVersion } = request.headers;
  if (spoken !== tusVersion) {
    response.setHeader('tus-version', tusVersion);
    throw new HttpError(412, `This server speaks tus ${tusVersion}.`);
  }
  const { file, account } = await authorise(services, request);
  switch (request.method) {
    case 'HEAD':
      response.writeHead(200, {
        'cache-control': 'no-store',
        'upload-length': file.size,
        'upload-offset': await services.storage.blobs.size(file.id),
      });
      response.end();
      return;
    case 'GET':
      return download(services, file, request, response);
    case 'PATCH':
      if (file.owner !== account) throw new HttpError(403, 'Only its owner can write a file.');
      return upload(services, file, request, response);
    default:
      throw new HttpError(405, 'Ask by GET, HEAD or PATCH.');
  }
}

/** The file and who asks for it. A ticket does not outlive the membership, nor the account's good standing. */
async function authorise(
  services: Services,
  { url = '', headers }: IncomingMessage,
): Promise<{ file: FileRecord; account: number }> {
  const id = parseFileId(url.slice(filesPath.length)) ?? 0;
  const [, ticket = ''] = /^Bearer ([!-~]+)$/u.exec(headers.authorization ?? '') ?? [];
  const account = services.files.holder(ticket, id);
  if (account === null) throw new HttpError(401, 'Ask for the file over the WebSocket first.');
  const owner = await services.storage.directory.accounts.byId(account);
  const file = await services.files.readable(id, account);
  if (file === null || owner?.standing.state !== 'active') throw new HttpError(404, 'There is no such file.');
  return { file, account };
}

async function upload(
  services: Services,
  file: FileRecord,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { blobs } = services.storage;
  const { 'content-type': type, 'upload-offset': at = '' } = request.headers;
  if (type !== uploadType) throw new HttpError(415, `Send the bytes as ${uploadType}.`);
  if (typeof at !== 'string' || !/^\d{1,15}$/u.test(at))
    throw new HttpError(400, 'Upload-Offset is missing.');
  const offset = Number(at);
  const alone = await services.files.alone(file.id, async () => {
    if (offset !== (await blobs.size(file.id)) || file.sha256 !== null)
      throw new HttpError(409, 'The file does not end there.');
    const end = await append(services, file, offset, request);
    if (end === file.size) await services.files.finish(file);
    response.writeHead(204, { 'upload-offset': end }).end();
  });
  if (!alone) throw new HttpError(423, 'Somebody else is writing this file.');
}

async function append(
  { storage }: Services,
  file: FileRecord,
  offset: number,
  request: IncomingMessage,
): Promise<number> {
  try {
    return await storage.blobs.append(file.id, offset, request, file.size - offset);
  } catch (error) {
    if (error instanceof RangeError) throw new HttpError(413, error.message);
    throw error;
  }
}

/** The bytes, never as something that a browser would show: who sent them may be anybody. */
async function download(
  { storage }: Services,
  file: FileRecord,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (file.sha256 === null) throw new HttpError(404, 'Not all of the file is there yet.');
  const range = byteRange(request.headers.range, file.size);
  if (range === null) {
    response.setHeader('content-range', `bytes */${file.size}`);
    throw new HttpError(416, 'The file is shorter.');
  }
  const { start, end, partial } = range;
  if (partial) response.setHeader('content-range', `bytes ${start}-${end - 1}/${file.size}`);
  response.writeHead(partial ? 206 : 200, {
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
    'content-disposition': 'attachment',
    'content-length': end - start,
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': 'application/octet-stream',
    etag: `"${file.sha256}"`,
    'x-content-type-options': 'nosniff',
  });
  await pipeline(storage.blobs.read(file.id, start, end), response);
}

function fail({ log }: Services, response: ServerResponse, error: unknown): void {
  const gone = response.destroyed || response.socket?.destroyed === true;
  const status = statusOf(error) ?? (gone ? null : 500);
  if (status === 500) log({ level: 'error', event: 'fault', error: String(error) });
  if (status === 507) log({ level: 'warn', event: 'disk-full', error: String(error) });
  if (gone || response.headersSent || status === null) {
    response.destroy();
    return;
  }
  // What else is being sent is not read.
  response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${messageOf(status, error)}\n`);
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpError) return error.status;
  if (error instanceof Refusal) return 503;
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? 507 : null;
}

function messageOf(status: number, error: unknown): string {
  if (status === 507) return 'The server has no room for this just now; go on later.';
  return status === 500 || !(error instanceof Error) ? 'A fault of the server.' : error.message;
}
