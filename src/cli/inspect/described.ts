/** What `kernelcast inspect` has found: everything, for programs, and lines for people. */
export interface Described {
  json: object;
  lines: string[];
}
