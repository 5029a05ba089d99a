// The weight of the build, and the limits it must keep: a phone on a slow network loads the first page of it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KB = 1024;

/** Limits in KB after gzip, as the server sends it. */
export const BUDGET = { firstLoad: 130, lazyChunk: 60, total: 600 };

/** The sizes of a build, in KB after gzip. First load is the document, what it names, and what that imports at once. */
export function measure(dist) {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const size = new Map(files.map((file) => [file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / KB]));
  const first = new Set(['index.html']);
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (first.has(file)) continue;
    first.add(file);
    if (!file.endsWith('.js')) continue;
    const code = readFileSync(join(dist, file), 'utf8');
    for (const match of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) {
      queue.push(`${dirname(file)}/${match[1]}`);
    }
  }
  const sum = (names) => [...names].reduce((total, name) => total + size.get(name), 0);
  const lazy = files.filter((file) => /\.(js|css)$/.test(file) && !first.has(file));
  return {
    firstLoad: sum(first),
    total: sum(files),
    chunks: lazy.map((file) => ({ file, size: size.get(file) })).sort((a, b) => b.size - a.size),
  };
}

/** What exceeds the budget, in words; empty where all is well. */
export function exceeded({ firstLoad, total, chunks }, budget = BUDGET) {
  const found = [];
  const over = (what, value, limit) => {
    if (value > limit) found.push(`${what}: ${value.toFixed(1)} KB gzip, allowed are ${limit}`);
  };
  over('first load', firstLoad, budget.firstLoad);
  for (const { file, size } of chunks) over(file, size, budget.lazyChunk);
  over('all of dist', total, budget.total);
  return found;
}

export function report({ firstLoad, total, chunks }) {
  const lines = [`first load ${firstLoad.toFixed(1)} KB gzip of ${BUDGET.firstLoad}; all ${total.toFixed(1)} of ${BUDGET.total}`];
  for (const { file, size } of chunks) lines.push(`  ${size.toFixed(1).padStart(6)} KB  ${basename(file)}`);
  return lines.join('\n');
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const sizes = measure(resolve(dirname(fileURLToPath(import.meta.url)), '../dist'));
  console.log(report(sizes));
  const problems = exceeded(sizes);
  for (const problem of problems) console.error(`budget: ${problem}`);
  if (problems.length > 0) process.exit(1);
}
