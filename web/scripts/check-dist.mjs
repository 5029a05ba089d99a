// Builds the application into a temporary directory and compares it, byte by byte, with the committed dist: what is
// embedded in the binary must be what the source says. Also keeps the budget.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { exceeded, measure, report } from './budget.mjs';

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(web, 'dist');
const fresh = mkdtempSync(join(tmpdir(), 'thads-dist-'));

function contents(directory) {
  return new Map(readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(directory, path), readFileSync(path)]));
}

const problems = [];
try {
  await build({ root: web, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } });
  const want = contents(fresh);
  const have = contents(dist);
  for (const [name, bytes] of want) {
    if (!have.has(name)) problems.push(`${name} is missing`);
    else if (!bytes.equals(have.get(name))) problems.push(`${name} differs`);
  }
  for (const name of have.keys()) if (!want.has(name)) problems.push(`${name} is left over`);
  const sizes = measure(fresh);
  console.log(report(sizes));
  problems.push(...exceeded(sizes));
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
for (const problem of problems) console.error(`check:dist: ${problem}`);
if (problems.length > 0) {
  console.error('check:dist: run npm run build and commit dist');
  process.exit(1);
}
console.log('check:dist: dist is what the source builds to');
