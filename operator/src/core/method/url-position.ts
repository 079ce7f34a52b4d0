/** What a value becomes part of, when it is put behind the beginning of a URL. */
export type UrlPosition = 'start' | 'authority' | 'path' | 'query';

/** Scheme and authority, as long as nothing has ended them; URLs take any number of slashes, either way round. */
const OPEN_AUTHORITY = /^[a-z][a-z0-9+.-]*:[/\\]*[^/?#\\]*$/i;

/** Where a URL that has been written so far goes on. */
export function urlPosition(written: string): UrlPosition {
  if (written === '') return 'start';
  if (OPEN_AUTHORITY.test(written)) return 'authority';
  return /[?#]/.test(written) ? 'query' : 'path';
}
