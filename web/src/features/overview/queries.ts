import { operation } from '../../graphql/query';
import { compact, text } from '../../lib/search';
import { OverviewDocument } from './overview.gen';

export interface OverviewSearch {
  readonly unit?: string | undefined;
}

export const validateOverviewSearch = (raw: Record<string, unknown>): OverviewSearch => compact({ unit: text(raw['unit']) });

/** The unit of the address, or one's own. */
export const overviewQuery = (unit: string | undefined) => operation(OverviewDocument, unit === undefined ? {} : { unit });
