// A unit's own register brought in as it is: the whole way from dropping the file to undoing it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityProblems, launch, overflowsSideways, settled, visit } from './browser';

let browser: Browser;
let directory = '';
beforeAll(async () => {
  browser = await launch();
  directory = await mkdtemp(join(tmpdir(), 'thads-import-'));
});
afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true, force: true });
});

/** A book as a unit keeps it: titles above, composite columns, thousands of đồng, subtotals and signatures below. */
function book(rows: readonly (readonly string[])[]): string {
  const width = 10;
  const line = (cells: readonly string[]) => [...cells, ...Array.from({ length: width - cells.length }, () => '')].join(';');
  return [
    ['CHI CỤC THI HÀNH ÁN DÂN SỰ'], ['SỔ THỤ LÝ VIỆC THI HÀNH ÁN NĂM 2019'], [],
    ['TT', 'Số, ngày QĐ THA', 'Loại việc', 'Loại án', 'Số bản án', 'Ngày bản án', 'Tòa án', 'Người phải THA', 'Nghĩa vụ', 'Số tiền (nghìn đồng)'],
    ['(1)', '(2)', '(3)', '(4)', '(5)', '(6)', '(7)', '(8)', '(9)', '(10)'],
    ...rows,
    ['', 'Cộng', '', '', '', '', '', '', '', '30000'],
    ['', '', '', '', '', '', '', '', 'NGƯỜI LẬP SỔ'],
  ].map(line).join('\r\n');
}

const row = (n: number, day: string, debtor: string) =>
  [String(n), `${9000 + n}/QĐ-CCTHADS ngày ${day}`, 'Theo yêu cầu', 'DS', `${n}/2018/DS-ST`, '05/9/2018', 'TAND huyện Nga Sơn', debtor, 'Trả nợ', '10.000'];

const steps = (page: Page) => page.getByRole('main');

test('a unit’s own book comes in, its wrong row is handed back, and all of it can be taken back', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/');
  await page.getByRole('link', { name: 'Nhập dữ liệu' }).click();
  await settled(page);
  const path = join(directory, 'Sổ thụ lý 2019.csv');
  await writeFile(path, `\uFEFF${book([row(1, '05/10/2018', 'Phạm Văn Nhập'), row(2, '31/02/2019', 'Lê Thị Sai Ngày'), row(3, '12/11/2018', 'Trịnh Công Đúng')])}`);
  await page.setInputFiles('input[type=file]', path);
  await page.waitForURL('**/imports/*');

  // The book says nowhere whose it is: the page asks, and nothing is checked before it knows.
  await page.getByLabel('Mã đơn vị *').waitFor();
  expect(await page.getByText('Chưa rõ cột nào là gì').count()).toBe(1);
  expect(await page.getByText('9001/QĐ-CCTHADS ngày 05/10/2018').count()).toBe(1);
  expect(await page.getByLabel('Đơn vị tiền của cột Số tiền (nghìn đồng)').inputValue()).toBe('THOUSAND');
  expect(await accessibilityProblems(page)).toEqual([]);
  const unit = await unitCode(page);
  await page.getByLabel('Mã đơn vị *').fill(unit);
  await page.getByRole('button', { name: 'Kiểm tra', exact: true }).click();

  const accept = page.getByRole('button', { name: 'Chấp nhận 2 việc đúng, để lại 1 việc lỗi' });
  await accept.waitFor();
  await settled(page);
  const problem = page.getByRole('region', { name: 'Các vấn đề theo dòng' }).getByRole('row', { name: /31\/02\/2019/ });
  expect(await problem.innerText()).toContain('7'); // the row as a spreadsheet shows it
  expect(await page.getByText(/dòng bỏ qua/).count()).toBeGreaterThan(0);
  expect(await accessibilityProblems(page)).toEqual([]);

  // On a phone the tables scroll within themselves.
  const size = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await overflowsSideways(page)).toBe(false);
  if (size) await page.setViewportSize(size);

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Tải các dòng lỗi/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.xlsx$/);
  expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK');

  await accept.click();
  await page.getByText(/Đã ghi vào sổ lúc/).waitFor();
  await settled(page);
  await page.getByRole('link', { name: '9001/QĐ-CCTHADS' }).click();
  await page.waitForURL('**/cases/*');
  await page.getByText('Phạm Văn Nhập').first().waitFor();
  expect(await page.getByText('10.000.000').count()).toBeGreaterThan(0);
  await page.goBack();

  await page.getByRole('button', { name: 'Hoàn tác', exact: true }).click();
  await page.getByLabel('Lý do').fill('Nhập thử');
  await page.getByRole('dialog').getByRole('button', { name: 'Hoàn tác', exact: true }).click();
  await page.getByText(/Đã hoàn tác lúc/).waitFor();
  await steps(page).getByText('Lý do hoàn tác: Nhập thử').waitFor();
  expectClean();
  await close();
});

test('the next file with such headers is read as the last one was, and one that is no register is refused in place', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/imports');
  await settled(page);
  const path = join(directory, 'quý 2.csv');
  await writeFile(path, `\uFEFF${book([row(11, '05/01/2019', 'Hoàng Văn Kế')])}`);
  await page.setInputFiles('input[type=file]', path);
  await page.waitForURL('**/imports/*');
  await page.getByRole('button', { name: 'Chấp nhận: ghi 1 việc' }).waitFor();
  expect(await page.getByText('theo cách ghép cột đã lưu').count()).toBe(1);
  await page.getByRole('button', { name: 'Hủy bỏ' }).click();
  await page.getByText('Đã hủy bỏ; chưa ghi gì vào sổ.').waitFor();
  expectClean();

  await page.goto('/imports');
  await settled(page);
  const picture = join(directory, 'ảnh.xlsx');
  await writeFile(picture, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  await page.setInputFiles('input[type=file]', picture);
  await page.getByRole('alert').filter({ hasText: 'ảnh.xlsx' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/imports');
  expectClean();
  await close();
});

test('a list of cases is handed out as a workbook that says what the list says', async () => {
  const { page, expectClean, close } = await visit(browser);
  await page.goto('/cases?q=nguyen&state=POSTPONED');
  await settled(page);
  await page.getByRole('button', { name: 'Xuất' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV: các việc' }).click();
  const text = (await readFile(await (await download).path())).toString('utf8');
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.split('\r\n').length).toBeGreaterThan(3);
  expect(text).toContain('Nguyễn');
  expectClean();
  await close();
});

/** The code of a unit that may hold cases, as the API tells it. */
async function unitCode(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answer = await fetch('/graphql', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ cases(first: 1, filter: {live: true}) { nodes { unit { code } } } }' }),
    });
    const { data } = await answer.json() as { data: { cases: { nodes: { unit: { code: string } }[] } } };
    return data.cases.nodes[0]?.unit.code ?? '';
  });
}
