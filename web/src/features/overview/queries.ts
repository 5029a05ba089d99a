import { operation } from '../../graphql/query';
import type { Right } from '../../graphql/session';
import { compact, text } from '../../lib/search';
import { OverviewDocument } from './overview.gen';

export interface OverviewSearch {
  readonly unit?: string | undefined;
}

export const validateOverviewSearch = (raw: Record<string, unknown>): OverviewSearch => compact({ unit: text(raw['unit']) });

/** The unit of the address, or one's own; with what the rights of the caller let be asked. */
export const overviewQuery = (unit: string | undefined, rights: readonly Right[]) => operation(OverviewDocument, {
  ...(unit === undefined ? {} : { unit }),
  cases: rights.includes('READ'),
  direction: rights.includes('READ_DIRECTION'),
});
