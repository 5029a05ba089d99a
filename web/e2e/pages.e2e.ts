// Every page in every width and scheme: complete, accessible, within the window, and quiet.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems, launch, origin, overflowsSideways, SCHEMES, settled, type Visit, visit, WIDTHS } from './browser';

let browser: Browser;
let aCase = '';
let theConference = '';

beforeAll(async () => {
  browser = await launch();
  const { page, close } = await visit(browser);
  const first = async (list: string, below: string) => {
    await page.goto(list);
    await settled(page);
    const href = await page.locator(`main a[href^="${below}"]`).first().getAttribute('href');
    if (!href) throw new Error(`${list} has no link`);
    return href;
  };
  aCase = await first('/cases?sort=UPDATED_AT&dir=DESC', '/cases/');
  theConference = await first('/conferences', '/conferences/');
  await close();
});
afterAll(() => browser.close());

const signedIn: readonly (readonly [name: string, address: () => string])[] = [
  ['overview', () => '/'],
  ['cases', () => '/cases'],
  ['cases, every column', () => '/cases?cols=parties,unit,officer,state,opened,judgment,total,outstanding,tags,lastEvent,updated'],
  ['cases, filtered', () => '/cases?q=nguyen&state=IN_PROGRESS,POSTPONED&live=yes&min=1000000&from=2018-10-01'],
  ['cases, none', () => '/cases?q=khongcoainhuvaydau'],
  ['a case', () => aCase],
  ['no such case', () => '/cases/nothing'],
  ['conferences', () => '/conferences'],
  ['the conference', () => theConference],
  ['imports', () => '/imports'],
  ['no such import', () => '/imports/nothing'],
  ['public list', () => '/public'],
  ['no such page', () => '/nothing/here'],
];
const signedOut: typeof signedIn = [
  ['a page for others', () => '/cases'],
  ['public list', () => '/public'],
];

describe.each(WIDTHS)('%d pixels wide', (width) => {
  describe.each(SCHEMES)('%s', (colorScheme) => {
    describe.each([['signed in', true, signedIn], ['signed out', false, signedOut]] as const)('%s', (_who, who, pages) => {
      let visitor: Visit;
      beforeAll(async () => {
        visitor = await visit(browser, { signedIn: who, colorScheme, viewport: { width, height: 800 } });
      });
      afterAll(() => visitor.close());

      test.each(pages)('%s', async (_name, address) => {
        const { page, expectClean } = visitor;
        await page.goto(address());
        await settled(page);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await overflowsSideways(page)).toBe(false);
        expect(new URL(page.url()).origin).toBe(origin());
        expectClean();
      });
    });
  });
});

test.each([320])('nothing is cut off at %d pixels', async (width) => {
  const { page, expectClean, close } = await visit(browser, { viewport: { width, height: 640 } });
  for (const [, address] of signedIn) {
    await page.goto(address());
    await settled(page);
    expect(await overflowsSideways(page), address()).toBe(false);
  }
  expectClean();
  await close();
});

describe.each(SCHEMES)('what opens on a page is accessible too, %s', (colorScheme) => {
  test.each([1440, 360])('%d pixels wide', async (width) => {
    const { page, expectClean, close } = await visit(browser, { colorScheme, viewport: { width, height: 800 } });
    await page.goto('/cases');
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.type('nguyen');
    await page.locator('[role=option]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await accessibilityProblems(page), 'search').toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Tài khoản và hiển thị' }).click();
    expect(await accessibilityProblems(page), 'account').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText(width < 500 ? 'Lọc và sắp xếp' : 'Thêm điều kiện').click();
    await page.getByRole('button', { name: /Trạng thái.*Mọi trạng thái/ }).click();
    expect(await accessibilityProblems(page), 'states').toEqual([]);
    expect(await overflowsSideways(page)).toBe(false);
    await page.getByRole('checkbox', { name: 'Hoãn thi hành án' }).check();
    await page.waitForURL(/state=POSTPONED/);
    expectClean();
    await close();
  });
});

test('printing leaves out what paper cannot do', async () => {
  const { page, close } = await visit(browser);
  await page.goto(aCase);
  await settled(page);
  await page.emulateMedia({ media: 'print' });
  for (const name of ['.topbar', '.rooms', '.crumb']) expect(await page.locator(name).isVisible(), name).toBe(false);
  expect(await page.locator('h1').isVisible()).toBe(true);
  expect(await page.locator('.timeline').isVisible()).toBe(true);
  await close();
});
