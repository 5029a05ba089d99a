import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newRouter } from './app/router';
import { newQueryClient } from './graphql/query';
import { I18nProvider } from './i18n';
import { reloadAfterUpdate } from './lib/reload';
import { applyTheme, storedTheme } from './lib/theme';
import './styles.css';

applyTheme(storedTheme());
reloadAfterUpdate(window, () => location.reload());

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const queryClient = newQueryClient();
const router = newRouter(queryClient);

createRoot(root).render(
  <StrictMode>
    <I18nProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
