import { useQuery } from '@tanstack/react-query';
import { operation } from './query';
import { UnitsDocument, type UnitsQuery } from './units.gen';

export type UnitEntry = UnitsQuery['units']['nodes'][number];

/** The units of the agency. They change by decree, so an hour is fresh enough. */
export const unitsQuery = { ...operation(UnitsDocument, {}), staleTime: 3_600_000 };

export const useUnits = () => useQuery(unitsQuery);

/** The units as a tree written in lines: each below the one above it, in the order the server gave. */
export function asTree(units: readonly UnitEntry[]): { readonly unit: UnitEntry; readonly depth: number }[] {
  const ids = new Set(units.map((unit) => unit.id));
  const below = new Map<string, UnitEntry[]>();
  for (const unit of units) {
    const parent = unit.parent && ids.has(unit.parent.id) ? unit.parent.id : '';
    const siblings = below.get(parent);
    if (siblings) siblings.push(unit);
    else below.set(parent, [unit]);
  }
  const lines: { unit: UnitEntry; depth: number }[] = [];
  const add = (parent: string, depth: number) => {
    for (const unit of below.get(parent) ?? []) {
      lines.push({ unit, depth });
      add(unit.id, depth + 1);
    }
  };
  add('', 0);
  return lines;
}
