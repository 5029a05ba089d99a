import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCHEMA = `
directive @auth(role: Role) on FIELD_DEFINITION
enum Role { READER WRITER }
enum State { OPEN DONE }
enum Unused { NEVER }
scalar Date
scalar Dong
interface Node { id: ID! }
type Case implements Node @goModel(model: "x") { id: ID! number: String! state: State! amount: Dong acceptedOn: Date }
input CaseFilter { state: [State!] text: String not: CaseFilter }
type Query { node(id: ID!): Node @auth(role: READER) cases(filter: CaseFilter): [Case!]! @auth(role: READER) }
`;

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thads-codegen-'));
  put('schema/a.graphqls', SCHEMA);
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name, text) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function run(...args) {
  const result = spawnSync(process.execPath, [
    'scripts/codegen.mjs', `--schema=${join(root, 'schema')}`, `--source=${join(root, 'src')}`, ...args,
  ], { encoding: 'utf8' });
  return { status: result.status, text: result.stdout + result.stderr };
}

const read = (name) => readFileSync(join(root, name), 'utf8');

test('writes types, a small document with the fragments it needs, and the enums in use', () => {
  put('src/graphql/shared.graphql', 'fragment Head on Case { id number } fragment Other on Case { amount }');
  put('src/features/cases/list.graphql', 'query CaseList($filter: CaseFilter) { cases(filter: $filter) { ...Head state amount acceptedOn } }');
  expect(run()).toMatchObject({ status: 0 });
  const generated = read('src/features/cases/list.gen.ts');
  expect(generated).toContain("export const CaseListDocument: TypedDocument<CaseListQuery, CaseListQueryVariables>");
  expect(generated).toContain('query CaseList($filter:CaseFilter){cases(filter:$filter){...Head state amount acceptedOn}}fragment Head on Case{id number}');
  expect(generated).not.toContain('Other');
  expect(generated).toContain('readonly amount: number | null');
  expect(generated).not.toContain('any');
  const enums = read('src/graphql/schema.gen.ts');
  expect(enums).toContain("export const State = [\n  'OPEN',\n  'DONE',\n] as const;");
  expect(enums).not.toContain('Unused');
  expect(enums).not.toContain('Role');
  expect(run('--check')).toMatchObject({ status: 0 });
});

test.each([
  ['an unknown field', 'query A { cases { nothing } }', 'Cannot query field "nothing" on type "Case"'],
  ['a wrong argument', 'query A { cases(filter: 3) { id } }', 'Expected value of type "CaseFilter"'],
  ['a variable of the wrong type', 'query A($f: String) { cases(filter: $f) { id } }', 'used in position expecting type "CaseFilter"'],
  ['a fragment nobody wrote', 'query A { cases { ...Nobody } }', 'Unknown fragment "Nobody"'],
  ['no name', 'query { cases { id } }', 'every operation needs a name'],
  ['a syntax error', 'query A { cases { id }', 'Syntax Error'],
])('refuses %s and names the file', (_name, text, message) => {
  put('src/features/cases/list.graphql', text);
  const result = run();
  expect(result.status).toBe(1);
  expect(result.text).toContain(message);
  expect(result.text).toContain('list.graphql');
  expect(existsSync(join(root, 'src/features/cases/list.gen.ts'))).toBe(false);
});

test('refuses two operations of one name', () => {
  put('src/features/a/a.graphql', 'query Same { cases { id } }');
  put('src/features/b/b.graphql', 'query Same { cases { id } }');
  expect(run()).toMatchObject({ status: 1, text: expect.stringContaining('operation Same is already in') });
});

test('--check finds what is missing, changed and left over, and writes nothing', () => {
  put('src/features/cases/list.graphql', 'query A { cases { id } }');
  expect(run('--check')).toMatchObject({ status: 1, text: expect.stringContaining('list.gen.ts is not up to date') });
  expect(existsSync(join(root, 'src/features/cases/list.gen.ts'))).toBe(false);
  expect(run().status).toBe(0);
  put('schema/a.graphqls', SCHEMA.replace('number: String!', 'number: String'));
  put('src/features/cases/list.graphql', 'query A { cases { number } }');
  expect(run('--check').status).toBe(1);
  expect(run().status).toBe(0);
  put('src/features/gone/x.gen.ts', '// left over');
  expect(run('--check')).toMatchObject({ status: 1, text: expect.stringContaining('x.gen.ts') });
  expect(run().status).toBe(0);
  expect(existsSync(join(root, 'src/features/gone/x.gen.ts'))).toBe(false);
});

test('refuses a wrong option', () => expect(run('--chek')).toMatchObject({ status: 1, text: expect.stringContaining('unknown option --chek') }));
