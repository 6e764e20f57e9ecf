import { readFile } from 'node:fs/promises';
import { KernelcastError } from '../../errors.ts';

/**
 * @param what names the file's content in errors
 * @throws KernelcastError `USAGE` when it cannot be read, or is no JSON
 */
export async function readJsonFile(file: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new KernelcastError('USAGE', `${what} cannot be read: ${(error as Error).message}`, {
      where: { file },
      hint: 'It is a JSON file; models/pretrained holds the one that the shipped model was trained with.',
    });
  }
}
