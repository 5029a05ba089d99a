import { expect, test } from 'vitest';
import { asTree, type UnitEntry } from './units';

const unit = (id: string, parent?: string): UnitEntry =>
  ({ id, name: id, shortName: id, level: 'DISTRICT', validTo: null, parent: parent === undefined ? null : { id: parent } });

test('each unit stands below the one above it, and one whose superior is not among them at the top', () => {
  const lines = asTree([unit('b', 'a'), unit('c', 'b'), unit('a'), unit('d', 'elsewhere'), unit('e', 'a')]);
  expect(lines.map(({ unit: { id }, depth }) => `${depth}${id}`)).toEqual(['0a', '1b', '2c', '1e', '0d']);
});
