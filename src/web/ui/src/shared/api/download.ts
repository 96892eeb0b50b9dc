import { problemOf, unreachable } from './problem';

/** Lets the browser save what is given. */
export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}

/** What the API offers as a file; any of them where only the server knows. */
export type FileType = 'text/csv' | 'application/json' | 'application/pdf' | 'application/xml' | '*/*';

/** Fetches a path of the API in a media type that it offers, byte for byte, and saves it. Throws ApiError. */
export async function download(path: string, type: FileType, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: type }, credentials: 'same-origin' });
  } catch {
    throw unreachable('the network or the server does not answer');
  }
  if (!response.ok) {
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // no problem document: the text itself
    }
    throw problemOf(response, body);
  }
  save(await response.blob(), name);
}
