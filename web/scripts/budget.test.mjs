import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exceeded, measure } from './budget.mjs';

const dir = mkdtempSync(join(tmpdir(), 'thads-budget-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Text that gzip cannot make smaller than its size in KB. */
function noise(kilobytes) {
  let text = '';
  let seed = 1;
  while (text.length < kilobytes * 1024 * 1.4) {
    seed = (seed * 48271) % 2147483647;
    text += seed.toString(36);
  }
  return `// ${text}`;
}

test('what is imported at once belongs to the first load; what is imported later does not', () => {
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<script type="module" src="/assets/a.js"></script>');
  writeFileSync(join(dir, 'assets/a.js'), `import{x}from"./b.js";const l=()=>import("./c.js");\n${noise(20)}`);
  writeFileSync(join(dir, 'assets/b.js'), `import"./a.js";\n${noise(30)}`);
  writeFileSync(join(dir, 'assets/c.js'), noise(40));
  const sizes = measure(dir);
  expect(sizes.chunks.map((chunk) => chunk.file)).toEqual(['assets/c.js']);
  expect(sizes.firstLoad).toBeGreaterThan(40);
  expect(sizes.total).toBeCloseTo(sizes.firstLoad + sizes.chunks[0].size, 3);
  expect(exceeded(sizes)).toEqual([]);
  expect(exceeded(sizes, { firstLoad: 20, lazyChunk: 20, total: 20 }).map((line) => line.split(':')[0]))
    .toEqual(['first load', 'assets/c.js', 'all of dist']);
});

test('the committed build keeps the budget', () => {
  const sizes = measure('dist');
  expect(sizes.firstLoad).toBeGreaterThan(20);
  expect(exceeded(sizes)).toEqual([]);
});
