// Chromium for the tests, and what every page has to keep: no error in the console, no request to another host, no
// violation of the content policy, nothing that axe objects to.
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';

const CANDIDATES = [
  process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const WIDTHS = [1440, 1024, 360] as const;
export const SCHEMES = ['light', 'dark'] as const;

export function launch(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path !== undefined && existsSync(path));
  if (!executablePath) throw new Error('no Chromium found; install it or name it in the variable CHROMIUM');
  return chromium.launch({
    executablePath,
    // The sandbox needs rights a container does not give. The rest keeps Chromium from talking to its maker.
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-dev-shm-usage',
    ],
  });
}

export const origin = () => new URL(inject('signInLink')).origin;

/** The link of the demonstration that signs in somebody with a role. */
function linkOf(role: string): string {
  const link = inject('signInLinks')[role];
  if (link === undefined) throw new Error(`the demonstration has no link for ${role}`);
  return link;
}

export interface Visit {
  readonly page: Page;
  /** Fails if anything went wrong since the last call. */
  readonly expectClean: () => void;
  /** What went wrong since the last call, where something should. */
  readonly problems: () => string[];
  readonly close: () => Promise<void>;
}

/** Opens a page of its own profile. Signed in, it has followed the link of the demonstration for a role. */
export async function visit(browser: Browser, options: BrowserContextOptions & { readonly signedIn?: boolean; readonly role?: string } = {}): Promise<Visit> {
  const { signedIn = true, role = 'LEADER', ...rest } = options;
  const context = await browser.newContext({ baseURL: origin(), locale: 'vi-VN', timezoneId: 'Europe/London', ...rest });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin() && url.protocol !== 'data:') problems.push(`request to another host: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`HTTP ${response.status()}: ${response.url()}`);
  });
  // The console already names violations; the event is there for those Chromium only reports.
  await page.exposeFunction('thadsReportViolation', (text: string) => problems.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (globalThis as unknown as { thadsReportViolation: (text: string) => void }).thadsReportViolation;
      report(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  if (signedIn) await page.goto(linkOf(role));
  return {
    page,
    expectClean: () => expect(problems.splice(0)).toEqual([]),
    problems: () => problems.splice(0),
    close: () => context.close(),
  };
}

/** Waits until a page shows what it is about: its heading, and no placeholder of something still loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.loading, [aria-busy="true"]') === null);
}

/** What axe finds, one line each; empty is what a page should be. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await runner.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap((violation) => violation.nodes.map(
      (node) => `${violation.id}: ${violation.help}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`,
    ));
  });
}

/** Whether the page is wider than the window, which makes a phone scroll sideways. */
export function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
