import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, type RouterHistory } from '@tanstack/react-router';
import { caseListQuery, caseQuery } from '../features/cases/queries';
import { validateCaseSearch } from '../features/cases/search';
import { conferenceListQuery, conferenceQuery } from '../features/conferences/queries';
import { validateConferenceSearch } from '../features/conferences/search';
import { importListQuery, importQuery } from '../features/imports/queries';
import { validateImportSearch } from '../features/imports/search';
import { validateLoginSearch } from '../features/login/search';
import { overviewQuery, validateOverviewSearch } from '../features/overview/queries';
import { validateDisclosureSearch, validatePeopleSearch, validateProfileSearch, validateWelcomeSearch } from '../features/people/search';
import { publicDebtorsQuery, validatePublicSearch } from '../features/public/queries';
import { probableRights, type Right, sessionQuery } from '../graphql/session';
import { unitsQuery } from '../graphql/units';
import { parseSearch, stringifySearch } from '../lib/search';
import { Crashed, NotFound } from './Failure';
import { Shell } from './Shell';

interface Context {
  readonly queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Shell, notFoundComponent: NotFound });

/**
 * Asks for what a page will show while its code is still under way, without waiting: the page shows its own skeleton
 * and its own errors. Nothing is asked for that whoever is asking would only be refused.
 */
async function prefetch({ queryClient }: Context, right: Right, ask: (client: QueryClient, rights: readonly Right[]) => void) {
  const asking = queryClient.ensureQueryData(sessionQuery).catch(() => null);
  const rights = probableRights() ?? (await asking)?.me?.rights ?? [];
  if (rights.includes(right)) ask(queryClient, rights);
}

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: validateOverviewSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void prefetch(context, 'READ_FIGURES', (client, rights) => {
    void client.prefetchQuery(overviewQuery(deps.unit, rights));
    void client.prefetchQuery(unitsQuery);
  }),
  component: lazyRouteComponent(() => import('../features/overview/Overview'), 'Overview'),
});

const cases = createRoute({
  getParentRoute: () => root,
  path: '/cases',
  validateSearch: validateCaseSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void prefetch(context, 'READ', (client) => {
    void client.prefetchQuery(caseListQuery(deps));
    void client.prefetchQuery(unitsQuery);
  }),
  component: lazyRouteComponent(() => import('../features/cases/CaseList'), 'CaseList'),
});

const oneCase = createRoute({
  getParentRoute: () => root,
  path: '/cases/$id',
  loader: ({ context, params }) => void prefetch(context, 'READ', (client) => {
    void client.prefetchQuery(caseQuery(params.id));
  }),
  component: lazyRouteComponent(() => import('../features/cases/CasePage'), 'CasePage'),
});

const conferences = createRoute({
  getParentRoute: () => root,
  path: '/conferences',
  validateSearch: validateConferenceSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void prefetch(context, 'READ_FIGURES', (client) => {
    void client.prefetchQuery(conferenceListQuery(deps));
  }),
  component: lazyRouteComponent(() => import('../features/conferences/ConferenceList'), 'ConferenceList'),
});

const oneConference = createRoute({
  getParentRoute: () => root,
  path: '/conferences/$id',
  loader: ({ context, params }) => void prefetch(context, 'READ_FIGURES', (client) => {
    void client.prefetchQuery(conferenceQuery(params.id));
  }),
  component: lazyRouteComponent(() => import('../features/conferences/ConferencePage'), 'ConferencePage'),
});

const imports = createRoute({
  getParentRoute: () => root,
  path: '/imports',
  validateSearch: validateImportSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void prefetch(context, 'IMPORT', (client) => {
    void client.prefetchQuery(importListQuery(deps));
  }),
  component: lazyRouteComponent(() => import('../features/imports/ImportList'), 'ImportList'),
});

const oneImport = createRoute({
  getParentRoute: () => root,
  path: '/imports/$id',
  loader: ({ context, params }) => void prefetch(context, 'IMPORT', (client) => {
    void client.prefetchQuery(importQuery(params.id));
  }),
  component: lazyRouteComponent(() => import('../features/imports/ImportPage'), 'ImportPage'),
});

const publicPage = createRoute({
  getParentRoute: () => root,
  path: '/public',
  staticData: { open: true },
  validateSearch: validatePublicSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(publicDebtorsQuery(deps)),
  component: lazyRouteComponent(() => import('../features/public/PublicPage'), 'PublicPage'),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  staticData: { open: true },
  validateSearch: validateLoginSearch,
  component: lazyRouteComponent(() => import('../features/login/LoginPage'), 'LoginPage'),
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  validateSearch: validateWelcomeSearch,
  component: lazyRouteComponent(() => import('../features/people/WelcomePage'), 'WelcomePage'),
});

// The pages below are opened a few times a year: what they ask for is asked by themselves, so that their operations
// are no part of the first load.

const profile = createRoute({
  getParentRoute: () => root,
  path: '/profile',
  validateSearch: validateProfileSearch,
  component: lazyRouteComponent(() => import('../features/people/ProfilePage'), 'ProfilePage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: validatePeopleSearch,
  component: lazyRouteComponent(() => import('../features/people/PeopleList'), 'PeopleList'),
});

const person = createRoute({
  getParentRoute: () => root,
  path: '/people/$id',
  component: lazyRouteComponent(() => import('../features/people/PersonPage'), 'PersonPage'),
});

const roles = createRoute({
  getParentRoute: () => root,
  path: '/roles',
  component: lazyRouteComponent(() => import('../features/people/RolesPage'), 'RolesPage'),
});

const disclosures = createRoute({
  getParentRoute: () => root,
  path: '/disclosures',
  validateSearch: validateDisclosureSearch,
  component: lazyRouteComponent(() => import('../features/people/DisclosureList'), 'DisclosureList'),
});

const routeTree = root.addChildren([
  overview, cases, oneCase, conferences, oneConference, imports, oneImport, publicPage, login, welcome, profile, people, person, roles, disclosures,
]);

/** The router over the browser's history; tests give it one of their own. */
export function newRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    ...(history ? { history } : {}),
    routeTree,
    context: { queryClient },
    defaultErrorComponent: Crashed,
    defaultPreload: 'intent',
    // Query decides what is fresh; the router only says when a page may soon be wanted.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
  interface StaticDataRouteOption {
    /** Whether the page is for everybody; the others are for those who have signed in. */
    readonly open?: boolean;
  }
}
