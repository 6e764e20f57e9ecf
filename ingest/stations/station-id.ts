/** Ids of stations hold letters, digits, `.`, `_` and `-`; what others call a station is made such. */
export function stationId(text: string): string {
  return text
    .trim()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 64);
}
