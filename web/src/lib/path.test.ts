import { expect, test } from 'vitest';
import { ownPath } from './path';

test.each([
  ['/cases?q=a#x', '/cases?q=a#x'], ['/', '/'], ['/cases/../people', '/people'], ['/a%2F%2Fb', '/a%2F%2Fb'], ['/cases?from=https://evil.example', '/cases?from=https://evil.example'],
])('%j stays on this site as %j', (raw, path) => expect(ownPath(raw)).toBe(path));

test.each([
  ['//evil.example'], ['/\\evil.example'], ['/\t/evil.example'], ['/\n/evil.example'], ['https://evil.example/'], ['javascript:alert(1)'], ['cases'], [''], [undefined], [7], ['/a\\b'],
  [`/${'a'.repeat(3000)}`],
])('%j leads to the beginning', (raw) => expect(ownPath(raw)).toBe('/'));
