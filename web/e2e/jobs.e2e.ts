// What people come for, done as they do it, against the demonstration province.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, origin, settled, visit } from './browser';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(() => browser.close());

const rowLinks = (page: Page) => page.locator('.table tbody th a');
const addresses = (page: Page) => rowLinks(page).evaluateAll((links) => links.map((link) => link.getAttribute('href')));

/** Waits until the list shows what its address asks for. */
async function listed(page: Page) {
  await page.waitForFunction(() => document.querySelector('.loading, [aria-busy="true"]') === null);
}

test('a clerk finds a case by its number with the keyboard alone', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases?sort=OPENED_ON');
  await settled(page);
  const link = rowLinks(page).filter({ hasText: /^\d+.*\// }).first();
  const number = await link.innerText();
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('/');
  await page.keyboard.type(number);
  await page.locator('[role=option]').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/cases/*');
  // The address changes before the page does: its heading tells that it is there.
  await page.locator('h1', { hasText: number }).waitFor();
  await settled(page);
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  expect(await page.locator('h1').innerText()).toContain(number);
  expectClean();
  await close();
});

test('a name without accents finds the same cases as with them', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases?q=nguy%E1%BB%85n');
  await settled(page);
  const accented = await page.locator('.page-head [role=status]').innerText();
  await page.goto('/cases?q=NGUYEN');
  await settled(page);
  expect(await page.locator('.page-head [role=status]').innerText()).toBe(accented);
  expect(await rowLinks(page).count()).toBeGreaterThan(0);
  expectClean();
  await close();
});

test('pages forward and back show each case once, and the address brings a page back', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases?sort=DEBTOR_NAME');
  await settled(page);
  const first = await addresses(page);
  expect(first).toHaveLength(50);
  await page.getByRole('button', { name: 'Trang sau' }).click();
  await page.waitForURL(/after=/);
  await listed(page);
  const second = await addresses(page);
  expect(second.filter((address) => first.includes(address))).toEqual([]);
  await page.getByRole('button', { name: 'Trang sau' }).click();
  await page.waitForFunction((before) => document.querySelector('.table tbody th a')?.getAttribute('href') !== before, second[0]);
  await listed(page);
  await page.getByRole('button', { name: 'Trang trước' }).click();
  await page.waitForURL(/before=/);
  await listed(page);
  expect(await addresses(page)).toEqual(second);
  await page.reload();
  await settled(page);
  expect(await addresses(page)).toEqual(second);
  await page.goBack();
  await page.goBack();
  await listed(page);
  expect(await addresses(page)).toEqual(second);
  expectClean();
  await close();
});

test('an order by money is one, and filters narrow the list to what they say', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases');
  await settled(page);
  const all = await page.locator('.page-head [role=status]').innerText();
  await page.getByLabel('Tình trạng').selectOption({ label: 'Chưa xong' });
  await page.waitForURL(/live=yes/);
  await page.getByRole('button', { name: /Còn phải thi hành/ }).click();
  await page.waitForURL(/sort=OUTSTANDING/);
  await listed(page);
  const sums = await page.locator('.table tbody td.right data').evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('value'))));
  expect(sums.length).toBeGreaterThan(10);
  expect(sums).toEqual(sums.toSorted((a, b) => b - a));
  await page.getByText('Thêm điều kiện').click();
  await page.getByLabel('Thụ lý từ ngày').fill('01/10/2018');
  await page.getByLabel('Thụ lý từ ngày').press('Enter');
  await page.waitForURL(/from=2018-10-01/);
  await page.waitForFunction((before) => {
    const told = document.querySelector<HTMLElement>('.page-head [role=status]')?.innerText;
    return told !== undefined && told !== '' && told !== before;
  }, all);
  await settled(page);
  const days = await page.locator('.table tbody td .num').evaluateAll((cells) => cells.map((cell) => cell.textContent ?? ''));
  const opened = days.filter((day) => /^\d\d\/\d\d\/\d{4}$/.test(day)).map((day) => day.split('/').reverse().join('-'));
  expect(opened.length).toBeGreaterThan(0);
  expect(opened.filter((day) => day < '2018-10-01')).toEqual([]);
  expectClean();
  await close();
});

test('on a case the sums agree and every event is told', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases?live=yes&sort=TOTAL');
  await settled(page);
  await rowLinks(page).first().click();
  await page.waitForURL('**/cases/*');
  await page.locator('.figures data').first().waitFor();
  await settled(page);
  const figures = await page.locator('.figures data').evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('value'))));
  const [total = 0, ...parts] = figures;
  expect(total).toBeGreaterThan(0);
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
  const promised = /\((\d+) sự kiện\)/.exec(await page.locator('#timeline').innerText())?.[1];
  expect(await page.locator('.timeline > li').count()).toBe(Number(promised));
  const newest = await page.locator('.timeline > li').first().getAttribute('id');
  await page.getByRole('button', { name: 'Mới nhất trước' }).click();
  expect(await page.locator('.timeline > li').last().getAttribute('id')).toBe(newest);
  expectClean();
  await close();
});

test('the overview leads from a figure to its cases', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/');
  await settled(page);
  const link = page.locator('.bars tbody td a').first();
  const count = await link.innerText();
  await link.click();
  await page.waitForURL('**/cases?*state=*');
  await page.locator('.page-head [role=status]').getByText(`${count} việc`, { exact: true }).waitFor();
  expect(await page.locator('.page-head [role=status]').innerText()).toBe(`${count} việc`);
  expectClean();
  await close();
});

test('the conference of 9 December 2019 stands there as it was reported', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/conferences?year=2019');
  await settled(page);
  await page.goto('/conferences');
  await settled(page);
  await page.locator('.table tbody tr', { hasText: '09/12/2019' }).getByRole('link').first().click();
  await page.waitForURL('**/conferences/*');
  await settled(page);
  const figures = await page.getByRole('region', { name: 'Số liệu công bố' }).innerText();
  for (const said of ['13.140 việc', '970,327 tỷ', '336,758 tỷ', '+4,72 điểm %', '+0,72 điểm %']) expect(figures).toContain(said);
  expect(await page.locator('main').innerText()).toContain('16-CT/TU');
  const tasks = page.getByRole('region', { name: /nhiệm vụ kết luận/ }).locator('tbody tr');
  expect(await tasks.count()).toBe(7);
  expectClean();
  await close();
});

test('English is chosen once, kept, and complete', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases');
  await settled(page);
  await page.getByRole('button', { name: 'Tài khoản và hiển thị' }).click();
  await page.getByLabel('English').check();
  await page.getByRole('heading', { level: 1, name: 'Cases' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Cases' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  expect(await page.getByRole('navigation', { name: 'Rooms' }).innerText()).not.toMatch(/[ăâđêôơưáàảãạéèẻẽẹ]/i);
  expectClean();
  await close();
});

test('dark is chosen once and kept', async () => {
  const { page, expectClean, close } = await visit(browser, { colorScheme: 'light' });
  await page.goto('/');
  await settled(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: 'Tài khoản và hiển thị' }).click();
  await page.getByLabel('Tối', { exact: true }).check();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await settled(page);
  expect(await background()).toBe(dark);
  expectClean();
  await close();
});

test('the first Tab offers to skip to the content', async () => {
  const { page, close } = await visit(browser);
  await page.goto('/cases');
  await settled(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Đến nội dung chính');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
  await close();
});

test('signing out leaves only what is public', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/');
  await settled(page);
  await page.getByRole('button', { name: 'Tài khoản và hiển thị' }).click();
  await page.getByRole('button', { name: 'Đăng xuất' }).click();
  await page.getByRole('heading', { level: 1, name: 'Bạn chưa đăng nhập' }).waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Công khai' }).click();
  await settled(page);
  expect(await page.getByRole('navigation', { name: 'Các phòng' }).getByRole('link').allInnerTexts()).toEqual(['Công khai']);
  expectClean();
  await close();
});

test('what is no page is never answered with one', async () => {
  const html = { Accept: 'text/html' };
  for (const path of ['/assets/index-00000000.js', '/healthz/x', '/metrics/x', '/nothing.php']) {
    const response = await fetch(`${origin()}${path}`, { headers: html });
    expect(response.status, path).toBe(404);
    expect(await response.text(), path).not.toContain('<!doctype');
  }
  const page = await fetch(`${origin()}/cases/anything`, { headers: html });
  expect(page.status).toBe(200);
  expect(page.headers.get('Cache-Control')).toBe('no-store');
  expect(page.headers.get('Content-Security-Policy')).toContain("require-trusted-types-for 'script'");
});
