// The import rules of the application, kept by a test:
//   lib → nothing · graphql → lib · i18n → lib · ui → graphql, i18n, lib · a feature → all of these, but no other
//   feature and not the app · app → everything.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { expect, test } from 'vitest';

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  graphql: ['lib'],
  i18n: ['lib'],
  ui: ['lib', 'graphql', 'i18n'],
  features: ['lib', 'graphql', 'i18n', 'ui'],
};

/** The layer of a file below src, and for a feature which one. */
function place(path: string): readonly [layer: string, feature: string] {
  const [layer = '', second = ''] = path.split('/');
  return layer === 'features' ? [layer, second] : [layer, ''];
}

export function violations(path: string, source: string): string[] {
  const [layer, feature] = place(path);
  const allowed = ALLOWED[layer];
  if (!allowed) return [];
  const found: string[] = [];
  for (const match of source.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const target = normalize(join(dirname(path), match[1] ?? ''));
    const [targetLayer, targetFeature] = place(target);
    const same = targetLayer === layer && targetFeature === feature;
    if (!same && !(allowed.includes(targetLayer) && targetLayer !== 'features')) found.push(`${path} imports ${target}`);
  }
  return found;
}

test('the rules are kept', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap((name) => violations(name, readFileSync(join('src', name), 'utf8')))).toEqual([]);
});

test.each([
  ['features/a/X.tsx', "import { b } from '../b/Y';", 1],
  ['features/a/X.tsx', "const l = () => import('../b/Y');", 1],
  ['features/a/X.tsx', "import { r } from '../../app/router';", 1],
  ['features/a/X.tsx', "import { q } from './queries';\nimport { Badge } from '../../ui/Badge';", 0],
  ['ui/X.tsx', "import { a } from '../features/a/X';", 1],
  ['lib/x.ts', "import { t } from '../i18n';", 1],
  ['graphql/x.ts', "import { t } from '../lib/format';", 0],
  ['app/router.tsx', "import { a } from '../features/a/X';", 0],
])('%s with %j: %d violation(s)', (path, source, count) => expect(violations(path, source)).toHaveLength(count));
