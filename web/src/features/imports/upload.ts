// Sending a file to the server. Not fetch: it does not tell how far an upload is.
import { BAD_RESPONSE, GraphQLFailure, UNREACHABLE } from '../../graphql/client';

/** What the server takes at most; it refuses more, but only after the bytes have crossed the network. */
export const MAX_BYTES = 64 * 1024 * 1024;

interface Answer {
  readonly id?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly requestId?: unknown };
}

function answerOf(body: string): Answer {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Sends a file and returns the id under which an import can be started with it. Aborting rejects as well. */
export function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Accept-Language', document.documentElement.lang || 'vi');
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener('load', () => {
      const { id, error } = answerOf(request.responseText);
      if (request.status === 201 && typeof id === 'string') return resolve(id);
      return reject(new GraphQLFailure(text(error?.code) || BAD_RESPONSE, text(error?.message) || `HTTP ${request.status}`, text(error?.requestId), request.status));
    });
    request.addEventListener('error', () => reject(new GraphQLFailure(UNREACHABLE, '')));
    request.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
