import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.{ts,mjs}'],
    restoreMocks: true,
    unstubGlobals: true,
    // The tests must not depend on where they run: what the application shows is Vietnamese time by itself.
    env: { TZ: 'America/New_York' },
    maxWorkers: 2,
    // The generator's tests start processes; on a busy machine that takes a while.
    testTimeout: 30_000,
  },
});
