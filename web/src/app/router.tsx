import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter } from '@tanstack/react-router';
import { useI18n } from '../i18n';
import { PageHead } from '../ui/Page';
import { Crashed, NotFound } from './Failure';
import { Shell } from './Shell';

interface Context {
  readonly queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Shell, notFoundComponent: NotFound });

function Home() {
  const { t } = useI18n();
  return <PageHead title={t('room.overview')} />;
}

const overview = createRoute({ getParentRoute: () => root, path: '/', component: Home });

const routeTree = root.addChildren([overview]);

export function newRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultErrorComponent: Crashed,
    defaultPreload: 'intent',
    // Query decides what is fresh; the router only says when a page may soon be wanted.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
