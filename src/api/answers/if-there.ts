/** What may be tidied away between its listing and its reading. */
import { isKernelcastError } from '../../errors.ts';

/** Undefined where it is not there (any more). */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isKernelcastError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}
