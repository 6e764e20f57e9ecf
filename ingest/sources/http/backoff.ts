/** How long to wait before the next attempt: a random part of a limit that doubles ("full jitter"), or what the server asks for. */

const FIRST_MS = 500;
const MOST_MS = 30_000;
const MOST_ASKED_MS = 120_000;

/**
 * @param attempt how many have failed
 * @param random in [0, 1)
 * @param retryAfter the header: seconds, or an HTTP date (RFC 9110, 10.2.3)
 * @param now Unix time in milliseconds
 */
export function backoff(attempt: number, random: () => number, retryAfter: string | undefined, now: number): number {
  const asked = retryAfter === undefined ? Number.NaN : askedFor(retryAfter, now);
  if (asked >= 0) return Math.min(asked, MOST_ASKED_MS);
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
}

function askedFor(text: string, now: number): number {
  return /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
}
