import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { SendHttp } from './http.ts';

/** Asks by Node's own client, which takes a certificate authority, and verifies before a byte of ours goes out. */
export const sendHttp: SendHttp = ({ url, method, headers, body, ca, signal, patience }) =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestSecure : requestPlain;
    const request = send(url, { method, headers, signal, ...(ca === undefined ? {} : { ca }) });
    request.setTimeout(patience, () => request.destroy(new Error('nothing moves')));
    request.on('error', reject);
    request.on('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        body: response,
        discard: () => void response.resume(),
      });
    });
    request.end(body);
  });
