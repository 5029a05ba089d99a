// People: invited, signing in, their own account, the accounts of others, and data shown on purpose.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems, launch, origin, overflowsSideways, SCHEMES, settled, type Visit, visit, WIDTHS } from './browser';
import { totp } from './totp';

let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(() => browser.close());

const PASSWORD = 'chín con mèo đi chợ sớm';
const ACCOUNT = 'thu.ky.moi';

/** What is wrong with how a page stands; empty is what it should be. */
async function faults({ page }: Visit): Promise<string[]> {
  return [...await accessibilityProblems(page), ...(await overflowsSideways(page) ? ['wider than the window'] : [])];
}

/** Fills in the sign-in page. */
async function signIn(page: Page, password: string) {
  await page.getByLabel('Tên tài khoản').fill(ACCOUNT);
  await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Đăng nhập' }).click();
}

async function signOut(page: Page) {
  await page.getByRole('button', { name: 'Tài khoản và hiển thị' }).click();
  await page.getByRole('button', { name: 'Đăng xuất' }).click();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
}

test('invited, a password, a second factor, out, and in again', async () => {
  const administrator = await visit(browser, { role: 'ADMINISTRATOR' });
  await administrator.page.goto('/people');
  await settled(administrator.page);
  await administrator.page.getByText('Mời người dùng').click();
  const form = administrator.page.locator('details', { hasText: 'Mời người dùng' });
  await form.getByLabel('Tên tài khoản').fill(ACCOUNT);
  await form.getByLabel('Họ tên').fill('Phạm Thị Thư Ký');
  await form.getByLabel('Vai trò').selectOption('CLERK');
  await form.getByLabel('Đơn vị').selectOption({ index: 2 });
  await form.getByRole('button', { name: 'Tạo tài khoản và liên kết' }).click();
  const link = form.getByLabel('Liên kết đăng nhập của Phạm Thị Thư Ký');
  await link.waitFor();
  expect(await faults(administrator), 'an invitation').toEqual([]);
  const address = await link.inputValue();
  expect(new URL(address).origin).toBe(origin());
  administrator.expectClean();

  const clerk = await visit(browser, { signedIn: false });
  const { page } = clerk;
  await page.goto(address);
  await page.getByRole('button').first().click(); // the server's own page, which a preview of the link does not go beyond
  await page.waitForURL(/\/welcome/);
  await settled(page);
  expect(await faults(clerk), 'what to do first').toEqual([]);
  await page.getByLabel('Mật khẩu mới', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Nhập lại mật khẩu mới', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Đặt mật khẩu' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await settled(page);

  await page.goto('/profile');
  await settled(page);
  await page.getByRole('button', { name: 'Bật xác thực hai lớp' }).click();
  await page.getByRole('region', { name: 'Xác thực hai lớp' }).getByLabel('Mật khẩu hiện tại', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Bật xác thực hai lớp' }).click();
  const secret = await page.getByLabel('Khóa để gõ vào ứng dụng').inputValue();
  await page.getByRole('img', { name: /Mã QR/ }).waitFor();
  expect(await faults(clerk), 'a secret').toEqual([]);
  await page.getByLabel('Mã xác thực', { exact: true }).fill(totp(secret));
  await page.getByRole('button', { name: 'Xác nhận' }).click();
  await page.locator('.codes li').first().waitFor();
  const codes = await page.locator('.codes li').allTextContents();
  expect(codes.length).toBeGreaterThanOrEqual(8);
  expect(await faults(clerk), 'recovery codes').toEqual([]);
  await page.getByRole('button', { name: /Đã lưu mã khôi phục/ }).click();
  await page.getByText(/Đang bật; còn \d+ mã khôi phục/).waitFor();
  clerk.expectClean();

  await signOut(page);
  await page.goto('/profile');
  await page.getByRole('main').getByRole('link', { name: 'Đăng nhập' }).click();
  clerk.expectClean();
  await signIn(page, 'không phải mật khẩu này');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toBe('Tên tài khoản hoặc mật khẩu không đúng.');
  expect(clerk.problems().filter((problem) => !/401/.test(problem))).toEqual([]);
  await signIn(page, PASSWORD);
  const code = page.getByLabel('Mã xác thực');
  await code.waitFor();
  expect(await faults(clerk), 'the second step').toEqual([]);
  // The code with which it was set up has been used; that of the next half minute is let through early.
  await code.fill(totp(secret, 1));
  await code.press('Enter');
  await page.waitForURL((url) => url.pathname === '/profile');
  await page.locator('main').getByText('Phạm Thị Thư Ký', { exact: false }).first().waitFor();
  clerk.expectClean();

  await signOut(page);
  await page.goto('/login');
  await signIn(page, PASSWORD);
  await page.getByRole('button', { name: 'Dùng mã khôi phục' }).click();
  await page.getByLabel('Mã khôi phục').fill(codes[0] ?? '');
  await page.getByLabel('Mã khôi phục').press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
  await page.goto('/profile');
  await page.getByText(`Đang bật; còn ${codes.length - 1} mã khôi phục`, { exact: false }).waitFor();
  clerk.expectClean();

  // Disabled, and nothing works from that moment.
  await administrator.page.goto('/people?q=thu%20ky%20moi');
  await settled(administrator.page);
  await administrator.page.getByRole('link', { name: 'Phạm Thị Thư Ký' }).click();
  await administrator.page.getByRole('button', { name: 'Khóa tài khoản' }).click();
  expect(await faults(administrator), 'a question').toEqual([]);
  await administrator.page.getByRole('dialog').getByRole('button', { name: 'Khóa tài khoản' }).click();
  await administrator.page.getByText('Đã khóa').first().waitFor();
  administrator.expectClean();
  await page.goto('/profile');
  await page.getByRole('heading', { level: 1, name: 'Bạn chưa đăng nhập' }).waitFor();
  await Promise.all([clerk.close(), administrator.close()]);
});

test('a token works for a program until it is revoked', async () => {
  const leader = await visit(browser);
  const { page } = leader;
  await page.goto('/profile');
  await settled(page);
  const card = page.getByRole('region', { name: 'Khóa API' });
  await card.getByText('Tạo khóa mới').click();
  await card.getByLabel('Dùng để làm gì').fill('Báo cáo tháng');
  await card.getByLabel('Xem số liệu, chỉ tiêu, hội nghị').check();
  await card.getByRole('button', { name: 'Tạo khóa', exact: true }).click();
  const secret = await card.getByLabel('Khóa Báo cáo tháng', { exact: true }).inputValue();
  expect(await faults(leader), 'a token').toEqual([]);
  const ask = async () => {
    const response = await fetch(`${origin()}/graphql`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${secret}` }, body: JSON.stringify({ query: '{me{rights}}' }),
    });
    return (await response.json()) as { readonly data?: { readonly me: { readonly rights: readonly string[] } | null } | null };
  };
  expect((await ask()).data?.me?.rights).toContain('READ_FIGURES');
  expect((await ask()).data?.me?.rights).not.toContain('READ');
  await card.getByRole('button', { name: 'Thu hồi khóa Báo cáo tháng' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Thu hồi' }).click();
  await card.getByText(/Khóa đã hết hạn hoặc thu hồi/).waitFor();
  expect((await ask()).data?.me ?? null).toBeNull();
  leader.expectClean();
  await leader.close();
});

test('masked data are shown on purpose, and that is on record', async () => {
  const reason = 'Gửi giấy báo nhận tiền cho đương sự';
  const accountant = await visit(browser, { role: 'ACCOUNTANT' });
  const { page } = accountant;
  await page.goto('/cases');
  await settled(page);
  await page.locator('main a[href^="/cases/"]').first().click();
  await page.getByRole('region', { name: 'Đương sự' }).waitFor();
  await page.getByRole('button', { name: /Xem dữ liệu đã che/ }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Xem dữ liệu cá nhân đã che' });
  await dialog.getByLabel('Địa chỉ, năm sinh').check();
  await dialog.getByLabel(/Lý do/).fill(reason);
  expect(await faults(accountant), 'asking for masked data').toEqual([]);
  await dialog.getByRole('button', { name: 'Xem', exact: true }).click();
  const shown = page.locator('.revealed').first();
  await shown.waitFor();
  expect(await shown.locator('dd').first().textContent()).not.toContain('•');
  expect(await faults(accountant), 'what is shown').toEqual([]);
  await page.reload();
  await page.getByRole('region', { name: 'Đương sự' }).waitFor();
  expect(await page.locator('.revealed').count()).toBe(0);
  accountant.expectClean();
  await accountant.close();

  const leader = await visit(browser);
  await leader.page.goto('/disclosures?kind=UNMASKING');
  await leader.page.getByText(reason).first().waitFor();
  leader.expectClean();
  await leader.close();
});

// What each role arrives at and sees of the rooms. Whoever sees no figures begins elsewhere.
test.each([
  ['LEADER', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Nhập dữ liệu', 'Nhật ký truy cập', 'Công khai']],
  ['PROFESSIONAL_ROOM', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Nhập dữ liệu', 'Công khai']],
  ['UNIT_HEAD', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Nhập dữ liệu', 'Công khai']],
  ['OFFICER', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Công khai']],
  ['CLERK', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Công khai']],
  ['ACCOUNTANT', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Công khai']],
  ['STATISTICIAN', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Công khai']],
  ['STEERING_COMMITTEE', '/', ['Tổng quan', 'Hội nghị', 'Công khai']],
  ['PROCURACY_READER', '/', ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Công khai']],
  ['ADMINISTRATOR', '/people', ['Quản trị', 'Nhật ký truy cập', 'Công khai']],
])('%s walks through every room', async (role, first, rooms) => {
  const visitor = await visit(browser, { role });
  const { page } = visitor;
  await page.goto('/');
  await page.waitForURL((url) => url.pathname === first);
  await settled(page);
  const links = page.getByRole('navigation', { name: 'Các phòng' }).getByRole('link');
  expect(await links.allTextContents()).toEqual(rooms);
  for (const address of [...await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? '')), '/profile', '/roles']) {
    await page.goto(address);
    await settled(page);
    expect(await page.locator('main [role=alert]').allTextContents(), address).toEqual([]);
  }
  visitor.expectClean();
  await visitor.close();
});

describe.each(WIDTHS)('%d pixels wide', (width) => {
  describe.each(SCHEMES)('%s', (colorScheme) => {
    test('the pages of people are accessible and within the window', async () => {
      const administrator = await visit(browser, { role: 'ADMINISTRATOR', colorScheme, viewport: { width, height: 800 } });
      await administrator.page.goto('/people');
      await settled(administrator.page);
      const person = await administrator.page.locator('main a[href^="/people/"]').first().getAttribute('href');
      for (const address of ['/people', '/people?q=khongcoainhuvay', person ?? '', '/people/nothing', '/profile', '/roles', '/disclosures', '/disclosures?kind=ERASURE&from=2019-01-01']) {
        await administrator.page.goto(address);
        await settled(administrator.page);
        expect(await faults(administrator), address).toEqual([]);
        administrator.expectClean();
      }
      await administrator.page.goto('/people');
      await settled(administrator.page);
      await administrator.page.getByText('Mời người dùng').click();
      expect(await faults(administrator), 'the form of an invitation').toEqual([]);
      await administrator.close();

      const visitor = await visit(browser, { signedIn: false, colorScheme, viewport: { width, height: 800 } });
      for (const address of ['/login', '/login?problem=NOT_LINKED', '/people']) {
        await visitor.page.goto(address);
        await settled(visitor.page);
        expect(await faults(visitor), address).toEqual([]);
        visitor.expectClean();
      }
      await visitor.close();
    });
  });
});
