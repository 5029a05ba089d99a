import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the server; the build talks to the host it came from. */
const server = process.env['THADS_DEV_SERVER'] ?? 'http://127.0.0.1:8080';
const proxied = ['/graphql', '/healthz', '/readyz', '/signin', '/signout', '/session', '/oidc', '/exports', '/templates', '/uploads'];

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The first browsers with light-dark() and popover, both of 2024.
    cssTarget: ['chrome123', 'edge123', 'firefox125', 'safari17.5'],
    // The policy of the server refuses inline scripts and styles, and a file of its own is cached for ever.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // Every browser this is built for knows modulepreload; the polyfill would be an inline fetch loop.
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // What changes with every release apart from what changes with a library: an update fetches the small part.
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules\/(react|react-dom|scheduler|@tanstack)\// }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: server }])) },
});
