/** Sends a JSON answer that caches may keep as long as they ask whether it still holds. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/**
 * @param basis what the answer follows from, besides the request's address: the same basis, the same answer (but for the
 * time that it took, so the tag is a weak one)
 * @param make is not called when the client has the answer already
 */
export async function answer(
  request: Request,
  response: Response,
  basis: readonly unknown[],
  make: () => object | Promise<object>,
): Promise<void> {
  const digest = createHash('sha256')
    .update(JSON.stringify([request.originalUrl, ...basis]))
    .digest('base64url');
  const tag = `W/"${digest.slice(0, 22)}"`;
  response.set('ETag', tag).set('Cache-Control', 'no-cache');
  if (holds(request.get('If-None-Match'), tag)) {
    response.status(304).end();
    return;
  }
  response.json(await make());
}

/**
 * RFC 9110, 13.1.2: the condition is false if one of the listed tags matches, by the weak comparison. Unlike express, we
 * do not mind a `Cache-Control: no-cache` in the request, which speaks to caches; Node's own fetch always adds it.
 */
function holds(condition: string | undefined, tag: string): boolean {
  if (condition === undefined) return false;
  const listed = condition.split(',').map((item) => item.trim().replace(/^W\//, ''));
  return condition.trim() === '*' || listed.includes(tag.replace(/^W\//, ''));
}

/** Sends a JSON answer that holds for this moment only. */
export function answerNow(response: Response, body: object): void {
  response.set('Cache-Control', 'no-store').json(body);
}
