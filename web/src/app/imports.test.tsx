import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ImportAcceptDocument, ImportByIdDocument, ImportEntriesDocument, ImportFieldsDocument, ImportPreviewDocument, ImportProblemsDocument, type ImportRecordFragment,
  ImportSetMappingDocument, ImportUndoDocument,
} from '../features/imports/import.gen';
import { ImportListDocument, ImportStartDocument, KeptMappingsDocument } from '../features/imports/list.gen';
import { newServer, open, type Server, session } from './testing';

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const clerk = { ...session, me: session.me && { ...session.me, rights: ['PUBLIC', 'SIGNED_IN', 'READ', 'RECORD', 'IMPORT'] as const } };

const checked: ImportRecordFragment = {
  id: 'im1', version: 3, state: 'CHECKED', file: 'so-thu-ly.xlsx', bytes: 20_480, attempt: 1, fileKept: true,
  reading: {
    cases: {
      register: 'CASES', sheet: 'Sổ 2019', headerRow: 3, formulas: false, constants: [],
      columns: [
        { column: 1, letter: 'A', title: 'TT', field: null, unit: null },
        { column: 2, letter: 'B', title: 'Số, ngày QĐ', field: 'numberAndDate', unit: null },
        { column: 3, letter: 'C', title: 'Số tiền (nghìn đồng)', field: 'amount', unit: 'THOUSAND' },
      ],
    },
    events: null, records: null,
  },
  keptMapping: false, sheets: ['Sổ 2019', 'Ghi chú'], byName: 'Thư ký', startedAt: '2019-12-09T01:00:00.000Z', checkedAt: '2019-12-09T01:00:05.000Z',
  acceptedAt: null, undoneAt: null, job: { id: 'jb1', state: 'DONE', done: 3, total: 3, problems: [] },
  rows: 4, cases: 3, leftOut: 1, creates: 2, changes: 0, existing: 0, bad: 1, errors: 1, warnings: 1, stopped: false,
  nextSteps: ['SET_MAPPING', 'ACCEPT_GOOD_ROWS', 'CANCEL'], mode: null, created: 0, changed: 0, refused: 0, undone: 0, notUndone: 0, reason: null, message: null,
};

const page = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

function withImport(server: Server, record: () => ImportRecordFragment): Server {
  return server
    .on(ImportByIdDocument, () => ({ import: record() }))
    .on(ImportFieldsDocument, ({ register }) => ({
      importFields: [
        { code: 'unit', header: 'Mã đơn vị', help: 'Mã của cơ quan', required: true, money: false, example: '38.01', gives: [], choices: [] },
        { code: 'numberAndDate', header: `Số, ngày quyết định ${register}`, help: null, required: false, money: false, example: null, gives: [], choices: [] },
        { code: 'amount', header: 'Số tiền', help: null, required: false, money: true, example: null, gives: [], choices: [] },
      ],
    }))
    .on(ImportPreviewDocument, () => ({ import: { id: 'im1', preview: [
      { number: 4, cells: ['1', '46/QĐ-CCTHADS ngày 05/10/2018', '100000'], leftOut: null },
      { number: 5, cells: ['', 'Cộng trang', '100000'], leftOut: 'Dòng cộng' },
    ] } }))
    .on(ImportProblemsDocument, ({ severities }) => ({ import: { id: 'im1', problems: { pageInfo: page, nodes: severities ? [] : [
      { severity: 'ERROR' as const, code: 'INVALID' as const, sheet: 'Sổ 2019', row: 6, column: 2, letter: 'B', header: 'Số, ngày QĐ', got: '31/02/2019', message: 'Ngày không có thật' },
    ] } } }))
    .on(ImportEntriesDocument, () => ({ import: { id: 'im1', entries: { pageInfo: page, nodes: [
      { sheet: 'Sổ 2019', row: 4, action: 'CREATE' as const, unit: '38.01', number: '46/QĐ-CCTHADS', debtor: 'Nguyễn Văn An', total: 100_000_000, events: 1, case: null, record: null },
      { sheet: 'Sổ 2019', row: 6, action: 'BAD' as const, unit: '38.01', number: '47/QĐ-CCTHADS', debtor: 'Lê Văn Tám', total: 0, events: 1, case: null, record: null },
    ] } } }));
}

const list = { imports: { nodes: [], pageInfo: page } };

/** Takes the place of XMLHttpRequest: what was sent, and the answer of the server. */
function stubUpload(status: number, body: unknown) {
  const sent: { url: string; headers: Record<string, string>; body: unknown }[] = [];
  vi.stubGlobal('XMLHttpRequest', class extends EventTarget {
    readonly upload = new EventTarget();
    status = 0;
    responseText = '';
    private url = '';
    private readonly headers: Record<string, string> = {};
    open(method: string, url: string) { this.url = `${method} ${url}`; }
    setRequestHeader(name: string, value: string) { this.headers[name] = value; }
    abort() { this.dispatchEvent(new Event('abort')); }
    send(file: unknown) {
      sent.push({ url: this.url, headers: this.headers, body: file });
      queueMicrotask(() => {
        this.status = status;
        this.responseText = JSON.stringify(body);
        this.dispatchEvent(new Event('load'));
      });
    }
  });
  return sent;
}

describe('bringing files in', () => {
  test('the room is for those who may', async () => {
    open('/public', newServer(clerk));
    expect(await screen.findByRole('link', { name: 'Nhập dữ liệu' })).toBeTruthy();
    cleanup();
    localStorage.clear();
    open('/public', newServer());
    await screen.findByRole('link', { name: 'Vụ việc' });
    expect(screen.queryByRole('link', { name: 'Nhập dữ liệu' })).toBeNull();
  });

  test('a file that is chosen is sent, and the import it begins is opened', async () => {
    const user = userEvent.setup();
    const sent = stubUpload(201, { id: 'up1', name: 'sổ.xlsx', bytes: 4 });
    const server = withImport(newServer(clerk), () => checked)
      .on(ImportListDocument, () => list)
      .on(KeptMappingsDocument, () => ({ importMappings: [] }))
      .on(ImportStartDocument, () => ({ importStart: { import: { id: 'im1' }, userErrors: [] } }));
    const router = open('/imports', server);
    await user.upload(await screen.findByLabelText(/Thả tệp/), new File(['PK..'], 'sổ.xlsx'));
    await waitFor(() => expect(router.state.location.pathname).toBe('/imports/im1'));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.url).toBe(`POST /uploads?name=${encodeURIComponent('sổ.xlsx')}`);
    // A page of another site cannot send this type without asking first.
    expect(sent[0]?.headers['Content-Type']).toBe('application/octet-stream');
    expect(server.last('ImportStart')).toMatchObject({ input: { upload: 'up1' } });
    expect(await screen.findByText(/1 lỗi, 1 cảnh báo/, { selector: 'span' })).toBeTruthy();
  });

  test('what the server refuses is said beside the place where it was dropped', async () => {
    const user = userEvent.setup();
    stubUpload(413, { error: { code: 'LIMIT_EXCEEDED', message: 'Tệp lớn quá 64 MB', requestId: 'r9' } });
    open('/imports', newServer(clerk).on(ImportListDocument, () => list).on(KeptMappingsDocument, () => ({ importMappings: [] })));
    await user.upload(await screen.findByLabelText(/Thả tệp/), new File(['x'], 'to.csv'));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Tệp lớn quá 64 MB');
    expect(alert.textContent).toContain('r9');
  });

  test('the mapping is shown on the first rows, corrected and checked again', async () => {
    const user = userEvent.setup();
    const server = withImport(newServer(clerk), () => checked)
      .on(ImportSetMappingDocument, () => ({ importSetMapping: { import: { ...checked, version: 4, errors: 0, bad: 0, creates: 3, nextSteps: ['SET_MAPPING', 'ACCEPT_ALL', 'CANCEL'] as const }, userErrors: [] } }));
    open('/imports/im1', server);
    const table = await screen.findByRole('region', { name: /Ghép cột: Sổ thụ lý/ });
    expect(await within(table).findByText('46/QĐ-CCTHADS ngày 05/10/2018')).toBeTruthy();
    expect(within(table).getByText('Dòng cộng')).toBeTruthy();
    expect(screen.getByText(/Tệp chưa có: Mã đơn vị/)).toBeTruthy();
    await user.type(screen.getByLabelText('Mã đơn vị *'), '38.01');
    expect(screen.queryByText(/Tệp chưa có/)).toBeNull();
    await user.selectOptions(screen.getByLabelText('Đơn vị tiền của cột Số tiền (nghìn đồng)'), 'MILLION');
    await user.click(screen.getByRole('button', { name: 'Kiểm tra' }));
    await screen.findByText(/Không có lỗi/);
    expect(server.last('ImportSetMapping')).toMatchObject({ input: { id: 'im1', version: 3, keep: true, reading: { cases: {
      constants: [{ field: 'unit', value: '38.01' }], columns: [{ column: 1, field: null }, { field: 'numberAndDate' }, { field: 'amount', unit: 'MILLION' }],
    }, events: null } } });
    expect(screen.getByRole('button', { name: 'Chấp nhận: ghi 3 việc' })).toBeTruthy();
  });

  test('problems stand beside their rows; good rows are accepted and the others handed back', async () => {
    const user = userEvent.setup();
    let now: ImportRecordFragment = checked;
    const server = withImport(newServer(clerk), () => now)
      .on(ImportAcceptDocument, () => {
        now = { ...checked, version: 4, state: 'ACCEPTING', nextSteps: [], job: { id: 'jb2', state: 'RUNNING', done: 1, total: 2, problems: [] } };
        return { importAccept: { import: now, userErrors: [] } };
      })
      .on(ImportUndoDocument, () => ({ importUndo: { import: { ...now, version: 6, state: 'UNDONE' as const, undoneAt: '2019-12-09T02:00:00.000Z', undone: 2, reason: 'nhầm tệp', nextSteps: [] }, userErrors: [] } }));
    open('/imports/im1', server);
    const problems = await screen.findByRole('region', { name: 'Các vấn đề theo dòng' });
    const [, row] = within(problems).getAllByRole('row');
    expect(row?.textContent).toContain('Sổ 20196B Số, ngày QĐ');
    expect(row?.textContent).toContain('31/02/2019');
    expect(row?.textContent).toContain('Ngày không có thật');
    expect(screen.getByRole('link', { name: /Tải các dòng lỗi/ }).getAttribute('href')).toBe('/imports/im1/problems.xlsx');
    expect(screen.queryByRole('button', { name: /Chấp nhận: ghi/ })).toBeNull(); // only what the server allows
    await user.click(screen.getByRole('button', { name: 'Chấp nhận 2 việc đúng, để lại 1 việc lỗi' }));
    expect(await screen.findByRole('progressbar', { name: 'Đang ghi vào sổ' })).toBeTruthy();
    expect(screen.getByText('1 trên 2')).toBeTruthy();

    act(() => { now = { ...checked, version: 5, state: 'ACCEPTED', acceptedAt: '2019-12-09T01:30:00.000Z', created: 2, mode: 'GOOD_ROWS', nextSteps: ['UNDO'] }; });
    await screen.findByText(/Đã ghi vào sổ lúc 09\/12\/2019 08:30/, {}, { timeout: 4000 });
    await user.click(screen.getByRole('button', { name: 'Hoàn tác' }));
    const dialog = screen.getByRole('dialog');
    await user.type(within(dialog).getByLabelText('Lý do'), ' nhầm tệp ');
    await user.click(within(dialog).getByRole('button', { name: 'Hoàn tác' }));
    await screen.findByText(/Đã hoàn tác lúc/);
    expect(server.last('ImportUndo')).toMatchObject({ input: { id: 'im1', version: 5, reason: 'nhầm tệp' } });
  });

  test('a step that was refused says why in its place', async () => {
    const user = userEvent.setup();
    const server = withImport(newServer(clerk), () => checked).on(ImportAcceptDocument, () => ({
      importAccept: { import: null, userErrors: [{ code: 'VERSION_CONFLICT' as const, message: 'Lần nhập vừa được thay đổi', field: ['version'] }] },
    }));
    open('/imports/im1', server);
    await user.click(await screen.findByRole('button', { name: /Chấp nhận 2 việc đúng/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('Lần nhập vừa được thay đổi');
  });
});
