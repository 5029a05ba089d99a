import { operation } from '../../graphql/query';
import { ConferenceChecksDocument } from './checks.gen';
import { ConferenceByIdDocument } from './conference.gen';
import { ConferenceListDocument } from './list.gen';
import { type ConferenceSearch, toVariables } from './search';

export const conferenceListQuery = (search: ConferenceSearch) => operation(ConferenceListDocument, toVariables(search));

export const conferenceQuery = (id: string) => operation(ConferenceByIdDocument, { id });

export const checksQuery = (id: string) => operation(ConferenceChecksDocument, { id });
