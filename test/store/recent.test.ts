import { expect, test } from 'vitest';
import { Recent } from '../../src/store/recent.ts';

test('what was not used for longest leaves first', () => {
  const recent = new Recent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.get('a');
  recent.set('c', 3);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
});

test('weights count, also when a value is replaced or removed; the newest stays even if it is too heavy', () => {
  const recent = new Recent<string>(10);
  recent.set('a', 'old', 9);
  recent.set('a', 'new', 4);
  recent.set('b', 'b', 6);
  expect([recent.get('a'), recent.get('b')]).toEqual(['new', 'b']);
  recent.delete('a');
  recent.delete('a');
  recent.set('c', 'c', 4);
  expect(recent.get('b')).toBe('b');
  recent.set('d', 'd', 11);
  expect([recent.get('b'), recent.get('c'), recent.get('d')]).toEqual([undefined, undefined, 'd']);
});
