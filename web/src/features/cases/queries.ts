import { operation } from '../../graphql/query';
import { compact } from '../../lib/search';
import { CaseByIdDocument } from './case.gen';
import { CaseCountDocument, CaseListDocument } from './list.gen';
import { CaseOfficersDocument } from './officers.gen';
import { type CaseSearch, toFilter, toVariables } from './search';

export const caseListQuery = (search: CaseSearch) => operation(CaseListDocument, toVariables(search));

/** Counting reads every case the filter reaches, so it neither delays the page nor is repeated with each page. */
export const caseCountQuery = (search: CaseSearch) => operation(CaseCountDocument, { filter: toFilter(search) });

export const caseQuery = (id: string) => operation(CaseByIdDocument, { id });

/** Those to whom cases may be assigned, in the unit or in all of them. */
export const caseOfficersQuery = (unit: string | undefined) => ({
  ...operation(CaseOfficersDocument, { filter: compact({ canEnforce: true, units: unit === undefined ? undefined : [unit] }) }),
  staleTime: 3_600_000,
});
