/** An RFC 9457 problem. */
export class Problem {
  readonly type = 'about:blank';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  constructor(status: number, code: string, detail: string, hint: string) {
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.hint = hint;
  }
}

/** What is told to the machine itself alone. */
export const CLOSED = new Problem(
  403,
  'FORBIDDEN',
  'this address is for the machine itself and for holders of a key',
  'Ask from the machine itself, send a key, or start the service with --open-metrics.',
);
