import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CaseByIdDocument, type CaseFileFragment, type EventPartsFragment } from '../features/cases/case.gen';
import { CaseCountDocument, CaseListDocument, type CaseRowFragment } from '../features/cases/list.gen';
import { CaseOfficersDocument } from '../features/cases/officers.gen';
import { PublicDebtorsDocument } from '../features/public/public.gen';
import { SearchDocument, type SearchQuery } from '../features/search/search.gen';
import { newServer, open, type Server, session } from './testing';

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const row: CaseRowFragment = {
  id: 'c1', state: 'IN_PROGRESS', since: '2019-03-01', decision: { number: '46/QĐ-CCTHADS', date: '2019-02-01' }, openedOn: '2019-02-01',
  initiation: 'ON_REQUEST', judgment: { kind: 'CIVIL', number: '07/2018/DS-ST', date: '2018-12-20' }, unit: { id: 'u2', shortName: 'Chi cục Hậu Lộc' },
  officer: { id: 'o1', name: 'Trần Thị Bình' }, debtorName: 'Nguyễn Văn An', creditorName: 'Ngân hàng Sông Mã',
  totals: { total: 150_000_000, remaining: 90_000_000, held: 10_000_000, done: 50_000_000 }, tags: ['CREDIT_INSTITUTION'],
  lastEvent: { kind: 'COLLECTED', effectiveOn: '2019-09-30' }, updatedAt: '2019-09-30T17:30:00.000Z',
};

function withCases(server: Server): Server {
  return server
    .on(CaseListDocument, ({ after }) => ({
      cases: {
        nodes: after ? [{ ...row, id: 'c2', decision: null }] : [row],
        pageInfo: { hasNextPage: !after, hasPreviousPage: Boolean(after), startCursor: 's', endCursor: 'e' },
      },
    }))
    .on(CaseCountDocument, () => ({ cases: { totalCount: 13_140 } }))
    .on(CaseOfficersDocument, () => ({ officers: { nodes: [{ id: 'o1', name: 'Trần Thị Bình' }] } }));
}

describe('list of cases', () => {
  test('shows rows, counts them beside, and asks for what the address says', async () => {
    const server = withCases(newServer());
    open('/cases?q=nguyen&state=IN_PROGRESS,FLYING&min=1000&sort=DEBTOR_NAME', server);
    expect(await screen.findByRole('link', { name: '46/QĐ-CCTHADS' })).toBeTruthy();
    expect(await screen.findByText('13.140 việc')).toBeTruthy();
    expect(screen.getByText('100.000.000')).toBeTruthy(); // money held is still outstanding
    expect(server.last('CaseList')).toEqual({
      filter: { text: 'nguyen', states: ['IN_PROGRESS'], outstanding: { min: 1000 } },
      orderBy: { field: 'DEBTOR_NAME', direction: 'ASC' }, first: 50,
    });
    expect(screen.getByRole('button', { name: 'Bỏ điều kiện: “nguyen”' })).toBeTruthy();
  });

  test('filters, sorts and pages through the address', async () => {
    const user = userEvent.setup();
    const server = withCases(newServer());
    const router = open('/cases', server);
    await screen.findByRole('link', { name: '46/QĐ-CCTHADS' });

    await user.click(screen.getByRole('button', { name: /Trang sau/ }));
    await screen.findByRole('link', { name: /Chưa có QĐ/ });
    expect(server.last('CaseList')).toMatchObject({ first: 50, after: 'e' });

    await user.selectOptions(screen.getByLabelText('Tình trạng'), 'Chưa xong');
    await waitFor(() => expect(server.last('CaseList')).toMatchObject({ filter: { live: true } }));
    expect(server.last('CaseList')).not.toHaveProperty('after');

    await user.click(screen.getByRole('button', { name: /Còn phải thi hành/ }));
    await waitFor(() => expect(server.last('CaseList')).toMatchObject({ orderBy: { field: 'OUTSTANDING', direction: 'DESC' } }));
    expect(router.state.location.href).toBe('/cases?live=yes&sort=OUTSTANDING&dir=DESC');
    expect(screen.getByRole('columnheader', { name: /Còn phải thi hành/ }).getAttribute('aria-sort')).toBe('descending');

    await user.click(screen.getByText('Thêm điều kiện'));
    await user.type(screen.getByLabelText('Thụ lý từ ngày'), '1-10-2018{Enter}');
    await waitFor(() => expect(server.last('CaseList')).toMatchObject({ filter: { live: true, openedOn: { from: '2018-10-01' } } }));
    await user.type(screen.getByLabelText('Thụ lý đến ngày'), '31/02/2019{Enter}');
    expect(await screen.findByText(/Ngày không hợp lệ/)).toBeTruthy();
    expect(router.state.location.search).not.toHaveProperty('to');

    await user.type(screen.getByLabelText('Còn phải thi hành từ'), '1,5 tỷ{Enter}');
    await waitFor(() => expect(server.last('CaseList')).toMatchObject({ filter: { outstanding: { min: 1_500_000_000 } } }));
    await user.click(screen.getByRole('button', { name: 'Bỏ tất cả' }));
    await waitFor(() => expect(router.state.location.href).toBe('/cases?sort=OUTSTANDING&dir=DESC'));
  });

  test('says who may not see it and what to quote', async () => {
    const server = withCases(newServer()).refuse(CaseListDocument, 'FORBIDDEN').refuse(CaseCountDocument, 'FORBIDDEN');
    open('/cases', server);
    expect(await screen.findByText('Bạn không có quyền xem nội dung này')).toBeTruthy();
    expect(screen.getByText(/mã yêu cầu req-7/)).toBeTruthy();
  });

  test('a page whose place was lost leads back to the beginning', async () => {
    const user = userEvent.setup();
    const server = withCases(newServer()).refuse(CaseListDocument, 'INVALID');
    const router = open('/cases?after=old', server);
    await screen.findByText('Có thể vị trí trang không còn dùng được.');
    await user.click(screen.getByRole('button', { name: 'Đầu danh sách' }));
    await waitFor(() => expect(router.state.location.href).toBe('/cases'));
  });
});

const event: EventPartsFragment = {
  seq: 1, kind: 'DECIDED', effectiveOn: '2019-02-01', recordedAt: '2019-02-01T02:00:00.000Z', bookedOn: '2019-02-01', fate: 'STANDS', fateBy: null,
  supersedes: null, voids: null, reason: null, unit: null, officer: null, obligation: null, amount: null, ground: null, until: null,
  decision: { number: '46/QĐ-CCTHADS', date: '2019-02-01', issuer: null, signer: null }, finding: null, measure: null, addTags: [], removeTags: [],
  toUnit: null, toOfficer: null, recipient: null, receipt: null, parties: [], note: null,
};

const totals = { total: 150_000_000, remaining: 90_000_000, held: 10_000_000, done: 50_000_000, reduced: 0, terminated: 0, entrusted: 0, closed: 0 };

const file: CaseFileFragment = {
  id: 'c1', version: 4, state: 'IN_PROGRESS', since: '2019-03-01', ground: null,
  decision: { number: '46/QĐ-CCTHADS', date: '2019-02-01', issuer: null, signer: null }, openedOn: '2019-02-01', finishedOn: null,
  initiation: 'ON_REQUEST', requestedOn: null,
  judgment: { kind: 'CIVIL', number: '07/2018/DS-ST', date: '2018-12-20', court: 'TAND huyện Hậu Lộc', receivedOn: null },
  unit: { id: 'u2', name: 'Chi cục THADS huyện Hậu Lộc', shortName: 'Chi cục Hậu Lộc' }, officer: null, debtorName: 'Nguyễn Văn An', totals, tags: [],
  updatedAt: '2019-10-09T08:00:00.000Z',
  parties: [{ id: 'p1', role: 'DEBTOR', kind: 'PERSON', name: 'Nguyễn Văn An', address: null, birthYear: null, juvenile: false, jointGroup: null, hasIdentityNumber: false, hasAccountNumber: false, masked: [], revealable: [] }],
  obligations: [{
    id: 'n1', kind: 'DEBT', isMoney: true, content: null, periodic: false, debtors: [], creditors: [], state: 'IN_PROGRESS', since: '2019-03-01',
    ground: null, until: null, amount: 150_000_000, adjusted: 0, remaining: 90_000_000, held: 10_000_000, done: 50_000_000, reduced: 0, terminated: 0,
    entrusted: 0, closed: 0,
  }],
  events: [
    event,
    { ...event, seq: 2, kind: 'COLLECTED', effectiveOn: '2019-09-05', amount: 60_000_000, fate: 'SUPERSEDED', fateBy: 3, decision: null },
    {
      ...event, seq: 3, kind: 'COLLECTED', effectiveOn: '2019-09-05', recordedAt: '2019-10-09T08:00:00.000Z', bookedOn: '2019-10-09', amount: 10_000_000,
      supersedes: 2, reason: 'Ghi nhầm số tiền', decision: null,
    },
  ],
  units: [{ id: 'u2', shortName: 'Chi cục Hậu Lộc' }], nextSteps: [],
};

describe('a case', () => {
  test('shows what remains of each obligation and the whole history, corrections included', async () => {
    open('/cases/c1', newServer().on(CaseByIdDocument, () => ({ case: file })));
    expect(await screen.findByRole('heading', { level: 1, name: 'Quyết định 46/QĐ-CCTHADS' })).toBeTruthy();

    const obligations = screen.getByRole('region', { name: 'Nghĩa vụ' });
    expect(within(obligations).getByText('90.000.000')).toBeTruthy();
    expect(within(obligations).queryByText('Miễn, giảm')).toBeNull(); // zero everywhere

    const items = within(screen.getByRole('region', { name: /Diễn biến/ })).getAllByRole('listitem');
    expect(items.map((item) => item.id)).toEqual(['event-3', 'event-2', 'event-1']);
    const [correction, corrected] = items as [HTMLElement, HTMLElement, HTMLElement];
    expect(corrected.querySelector('del')?.textContent).toContain('60.000.000 đồng');
    expect(corrected.textContent).toContain('Ghi nhầm số tiền');
    expect(within(corrected).getByRole('link', { name: 'sự kiện 3' }).getAttribute('href')).toBe('#event-3');
    expect(correction.querySelector('del')).toBeNull();
    expect(correction.textContent).toContain('hạch toán ngày 09/10/2019');
    expect(correction.textContent).toContain('ghi lúc 09/10/2019 15:00');
  });

  test('that does not exist says so', async () => {
    open('/cases/none', newServer().on(CaseByIdDocument, () => ({ case: null })));
    expect(await screen.findByRole('heading', { level: 1, name: 'Không có vụ việc này' })).toBeTruthy();
  });
});

const found: SearchQuery = {
  search: [
    { kind: 'CASE', title: '45/QĐ-CCTHADS', detail: 'Nguyễn Văn Anh', exact: false, node: { id: 'c0' } },
    { kind: 'CASE', title: '46/QĐ-CCTHADS', detail: 'Nguyễn Văn An', exact: true, node: { id: 'c1' } },
    { kind: 'OFFICER', title: 'Nguyễn Văn An', detail: '', exact: true, node: { id: 'o9' } },
  ],
};

test.each([
  ['FORBIDDEN', 'Bạn không có quyền xem nội dung này'], ['UNAVAILABLE', 'Kho dữ liệu tạm thời không trả lời'], ['TIMEOUT', 'Máy chủ trả lời quá lâu'],
  ['INTERNAL', 'Không tải được nội dung'],
])('a page refused with %s has a heading that says so', async (code, title) => {
  open('/cases/c1', newServer().refuse(CaseByIdDocument, code));
  expect(await screen.findByRole('heading', { level: 1, name: title })).toBeTruthy();
  expect(screen.getByText(new RegExp(`${code}.*req-7`))).toBeTruthy();
});

describe('search from anywhere', () => {
  test('slash, a name without accents, arrow, Enter', async () => {
    const user = userEvent.setup();
    const server = newServer()
      .on(CaseByIdDocument, () => ({ case: file }))
      .on(SearchDocument, () => found);
    const router = open('/cases/c1', server);
    await screen.findByRole('heading', { level: 1 });
    await user.keyboard('/');
    const field = screen.getByRole('combobox', { name: 'Tìm trong sổ' });
    expect(document.activeElement).toBe(field);
    await user.keyboard('nguyen van an');
    expect(await screen.findAllByRole('option')).toHaveLength(2); // there is no page for officers yet
    expect(server.asked.filter((asked) => asked.name === 'Search')).toHaveLength(1); // not one for each key
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(field.getAttribute('aria-activedescendant')).toBe(screen.getAllByRole('option')[1]?.id);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/cases/c1'));
    expect(screen.queryByRole('option')).toBeNull();
  });

  test('Enter without a choice lists all that match', async () => {
    const user = userEvent.setup();
    const router = open('/cases', withCases(newServer()).on(SearchDocument, () => ({ search: [] })));
    await screen.findByRole('link', { name: '46/QĐ-CCTHADS' });
    await user.keyboard('/46/QĐ{Enter}');
    await waitFor(() => expect(router.state.location.search).toEqual({ q: '46/QĐ' }));
  });
});

describe('without signing in', () => {
  const anonymous = { ...session, me: null };

  test('a page asks for nothing and says what is public and how to sign in', async () => {
    const server = newServer(anonymous);
    open('/cases', server);
    expect(await screen.findByRole('heading', { level: 1, name: 'Bạn chưa đăng nhập' })).toBeTruthy();
    expect(server.asked.map((asked) => asked.name)).toEqual(['Session']);
    const rooms = within(screen.getByRole('navigation', { name: 'Các phòng' })).getAllByRole('link');
    expect(rooms.map((room) => room.textContent)).toEqual(['Công khai']);
    expect(screen.queryByRole('combobox', { name: 'Tìm trong sổ' })).toBeNull();
  });

  test('the memory of having signed in gives way to what the server says', async () => {
    localStorage.setItem('thads.signed-in', 'yes READ');
    open('/cases', newServer(anonymous).refuse(CaseListDocument, 'UNAUTHENTICATED').refuse(CaseCountDocument, 'UNAUTHENTICATED')
      .refuse(CaseOfficersDocument, 'UNAUTHENTICATED'));
    expect(await screen.findByRole('heading', { level: 1, name: 'Bạn chưa đăng nhập' })).toBeTruthy();
    expect(localStorage.getItem('thads.signed-in')).toBeNull();
  });

  test('the public list is there', async () => {
    const server = newServer(anonymous).on(PublicDebtorsDocument, () => ({
      publicDebtors: {
        nodes: [{ name: 'Lê Văn Sơn', address: 'Hậu Lộc', judgment: '1', decision: '2', obligations: ['Trả nợ'], reason: 'Không có tài sản', unit: 'Chi cục' }],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      },
    }));
    open('/public', server);
    expect(await screen.findByText('Lê Văn Sơn')).toBeTruthy();
    expect(await screen.findByText(/mở đường liên kết đăng nhập/)).toBeTruthy();
  });
});

test('an address that leads nowhere says so, and a page that fails leaves the rest standing', async () => {
  open('/nowhere', newServer());
  expect(await screen.findByRole('heading', { level: 1, name: 'Không có trang này' })).toBeTruthy();
  cleanup();
  const broken = { ...file, obligations: null } as unknown as CaseFileFragment;
  const silence = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  open('/cases/c1', newServer().on(CaseByIdDocument, () => ({ case: broken })));
  await act(async () => { await screen.findByRole('heading', { level: 1, name: 'Trang này gặp lỗi' }); });
  expect(silence).toHaveBeenCalled();
  expect(screen.getByRole('navigation', { name: 'Các phòng' })).toBeTruthy();
});
