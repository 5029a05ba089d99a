import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CaseByIdDocument, type CaseFileFragment } from '../features/cases/case.gen';
import { CaseCountDocument, CaseListDocument } from '../features/cases/list.gen';
import { CaseOfficersDocument } from '../features/cases/officers.gen';
import { PartyRevealDocument } from '../features/cases/reveal.gen';
import { OverviewDocument } from '../features/overview/overview.gen';
import { DisclosuresDocument } from '../features/people/disclosures.gen';
import {
  AccessPolicyDocument, AccessPolicySetDocument, EnforcementOfficersDocument, PeopleDocument, RoleTableDocument, UserInviteDocument,
} from '../features/people/people.gen';
import {
  PersonDocument, type PersonPartsFragment, TokenRevokeDocument, UserDisableDocument, UserEndGrantDocument, UserGrantDocument, UserMakeLinkDocument,
} from '../features/people/person.gen';
import {
  PasswordSetDocument, ProfileDocument, type ProfilePartsFragment, SecondFactorBeginDocument, SecondFactorConfirmDocument, SessionEndDocument, SessionEndOthersDocument,
  TokenCreateDocument,
} from '../features/people/profile.gen';
import { PublicDebtorsDocument } from '../features/public/public.gen';
import type { Right } from '../graphql/schema.gen';
import { SessionDocument, type SessionQuery } from '../graphql/session.gen';
import { newServer, open, type Server, session } from './testing';

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const page = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
const nobody: SessionQuery = { ...session, me: null };
const withRights = (...rights: readonly Right[]): SessionQuery => ({ ...session, me: session.me && { ...session.me, rights: ['PUBLIC', 'SIGNED_IN', ...rights] } });
const administrator = withRights('ADMINISTER', 'MANAGE_ACCOUNTS', 'AUDIT');

const grant = { id: 'g1', role: 'CLERK' as const, unit: { id: 'u2', shortName: 'Chi cục Hậu Lộc' }, officer: null, from: '2019-01-01', until: null, current: true };
const aSession = {
  id: 'ss_1', current: true, means: 'PASSWORD' as const, beganAt: '2019-12-09T01:00:00.000Z', seenAt: '2019-12-09T02:00:00.000Z', expiresAt: '2019-12-09T12:00:00.000Z',
  agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0', address: '10.0.0.7',
};
const me: ProfilePartsFragment = {
  id: 'me', account: 'thuky', name: 'Trần Thị Thư', rights: ['PUBLIC', 'SIGNED_IN', 'READ', 'RECORD'], needs: [], means: 'PASSWORD', hasPassword: true, hasSecondFactor: false,
  mustHaveSecondFactor: false, recoveryCodesLeft: 0, providerSubject: null, grants: [grant], sessions: [aSession, { ...aSession, id: 'ss_2', current: false, agent: 'curl/8' }], tokens: [],
};
const user: PersonPartsFragment = {
  id: 'us1', version: 4, account: 'thuky', name: 'Trần Thị Thư', addedAt: '2019-01-01T00:00:00.000Z', disabledAt: null, lastSignInAt: null, hasPassword: true,
  hasSecondFactor: true, providerSubject: null, grants: [grant], sessions: [], tokens: [],
};

const withPublic = (server: Server) => server.on(PublicDebtorsDocument, () => ({ publicDebtors: { nodes: [], pageInfo: page } }));

describe('signing in', () => {
  /** A server that knows whoever signed in from the moment they did. */
  function withSignIn(answers: readonly (readonly [number, unknown])[]) {
    let now = nobody;
    const left = [...answers];
    const next = () => {
      const answer = left.shift() ?? [500, {}];
      if ((answer[1] as { state?: string }).state === 'SIGNED_IN') now = session;
      return answer;
    };
    const server = newServer(nobody).on(SessionDocument, () => now).post('/session', next).post('/session/factor', next)
      .on(ProfileDocument, () => ({ me: now.me && me })).on(CaseByIdDocument, () => ({ case: null }));
    return server;
  }

  async function fill(account: string, password: string) {
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Tên tài khoản'), account);
    await user.type(screen.getByLabelText('Mật khẩu'), password);
    await user.click(within(screen.getByRole('main')).getByRole('button', { name: 'Đăng nhập' }));
    return user;
  }

  test('a wrong password is refused without telling which of the two was wrong; the right one leads back', async () => {
    const server = withSignIn([[401, { code: 'WRONG_CREDENTIALS', message: 'x' }], [200, { state: 'SIGNED_IN' }]]);
    const router = open('/login?from=%2Fprofile', server);
    const user = await fill('thuky', 'sai mật khẩu');
    expect((await screen.findByRole('alert')).textContent).toBe('Tên tài khoản hoặc mật khẩu không đúng.');
    expect(server.last('/session')).toEqual({ account: 'thuky', password: 'sai mật khẩu' });
    await user.click(within(screen.getByRole('main')).getByRole('button', { name: 'Đăng nhập' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/profile'));
    expect(await screen.findByRole('heading', { level: 1, name: 'Tài khoản của tôi' })).toBeTruthy();
  });

  test('the second factor follows the password, and a recovery code may stand in for it', async () => {
    const server = withSignIn([[200, { state: 'SECOND_FACTOR', challenge: 'ch1' }], [401, { code: 'WRONG_CREDENTIALS', message: 'x' }], [200, { state: 'SIGNED_IN' }]]);
    const router = open('/login?from=%2Fcases%2Fc1', server);
    const user = await fill('thuky', 'một câu dài');
    const code = await screen.findByLabelText('Mã xác thực');
    expect(document.activeElement).toBe(code);
    expect(code.getAttribute('autocomplete')).toBe('one-time-code');
    await user.type(code, '123456{Enter}');
    expect((await screen.findByRole('alert')).textContent).toMatch(/Mã không đúng/);
    expect(server.last('/session/factor')).toEqual({ challenge: 'ch1', code: '123456' });
    await user.click(screen.getByRole('button', { name: 'Dùng mã khôi phục' }));
    await user.type(screen.getByLabelText('Mã khôi phục'), 'abcd-efgh{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/cases/c1'));
    expect(server.last('/session/factor')).toEqual({ challenge: 'ch1', code: 'abcd-efgh' });
  });

  test('a link or the provider leads to the second step, and the address keeps nothing of it', async () => {
    const user = userEvent.setup();
    const challenge = 'c'.repeat(43);
    const server = withSignIn([[200, { state: 'SIGNED_IN' }]]);
    const router = open(`/login#challenge=${challenge}`, server);
    const code = await screen.findByLabelText('Mã xác thực');
    await waitFor(() => expect(router.state.location.hash).toBe(''));
    await user.type(code, '123456{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/'));
    expect(server.last('/session/factor')).toEqual({ challenge, code: '123456' });
  });

  test.each([
    [30, 'Đã thử quá nhiều lần. Hãy chờ 30 giây rồi thử lại.'], [900, 'Đã thử quá nhiều lần. Hãy chờ 15 phút rồi thử lại.'],
  ])('who tried too often is told to wait %d seconds', async (retryAfter, words) => {
    open('/login', withSignIn([[429, { code: 'TOO_MANY_ATTEMPTS', message: 'x', retryAfter }]]));
    await fill('thuky', 'x');
    expect((await screen.findByRole('alert')).textContent).toBe(words);
  });

  test('a server that is not there is told from a refusal', async () => {
    open('/login', withSignIn([[502, 'Bad gateway']]));
    await fill('thuky', 'x');
    expect((await screen.findByRole('alert')).textContent).toBe('Không kết nối được với máy chủ');
  });

  test('the password can be looked at, and browsers know what the fields are', async () => {
    const user = userEvent.setup();
    open('/login', withSignIn([]));
    const password = await screen.findByLabelText('Mật khẩu');
    expect([password.getAttribute('type'), password.getAttribute('autocomplete')]).toEqual(['password', 'current-password']);
    expect(screen.getByLabelText('Tên tài khoản').getAttribute('autocomplete')).toBe('username');
    await user.click(screen.getByRole('button', { name: 'Hiện: Mật khẩu' }));
    expect(password.getAttribute('type')).toBe('text');
  });

  test('the provider is offered where there is one, and what became of it is said', async () => {
    open('/login?problem=NOT_LINKED', newServer({ me: null, system: { ...session.system, demonstration: false, signInProvider: 'Cổng tỉnh' } }));
    expect((await screen.findByRole('link', { name: 'Đăng nhập qua Cổng tỉnh' })).getAttribute('href')).toBe('/oidc/start');
    expect(screen.getByRole('alert').textContent).toMatch(/chưa được gắn/);
    expect(screen.queryByText(/mở đường liên kết/)).toBeNull();
    expect(screen.getByText(/Chưa có tài khoản/)).toBeTruthy();
  });

  test('a page for others leads there and back', async () => {
    const user = userEvent.setup();
    const router = open('/profile', withSignIn([[200, { state: 'SIGNED_IN' }]]));
    await screen.findByRole('heading', { level: 1, name: 'Bạn chưa đăng nhập' });
    await user.click(within(screen.getByRole('main')).getByRole('link', { name: 'Đăng nhập' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ from: '/profile' }));
    await fill('thuky', 'x');
    await waitFor(() => expect(router.state.location.pathname).toBe('/profile'));
  });
});

test('what has to be done first is done first: a password, then the second factor, then the page that was wanted', async () => {
  const user = userEvent.setup();
  let needs: ProfilePartsFragment['needs'] = ['PASSWORD', 'SECOND_FACTOR'];
  const server = newServer()
    .on(SessionDocument, () => ({ ...session, me: session.me && { ...session.me, rights: needs.length > 0 ? [] : ['READ' as const], needs } }))
    .on(ProfileDocument, () => ({ me: { ...me, needs, rights: [], means: 'LINK' as const, hasPassword: !needs.includes('PASSWORD') } }))
    .on(PasswordSetDocument, () => {
      needs = ['SECOND_FACTOR'];
      return { passwordSet: { viewer: { id: 'me' }, userErrors: [] } };
    })
    .on(SecondFactorBeginDocument, () => ({ secondFactorBegin: { enrolment: { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/thads:thuky?secret=JBSWY3DPEHPK3PXP' }, userErrors: [] } }))
    .on(SecondFactorConfirmDocument, () => {
      needs = [];
      return { secondFactorConfirm: { codes: ['aaaa-bbbb', 'cccc-dddd'], userErrors: [] } };
    })
    .on(CaseByIdDocument, () => ({ case: null }));
  const router = open('/cases/c1', server);
  expect(await screen.findByRole('heading', { level: 1, name: 'Việc cần làm trước khi bắt đầu' })).toBeTruthy();
  expect(router.state.location.search).toEqual({ to: '/cases/c1' });
  expect(server.asked.some(({ name }) => name === 'CaseById')).toBe(false);
  await user.type(await screen.findByLabelText('Mật khẩu mới'), 'một câu dễ nhớ');
  await user.type(screen.getByLabelText('Nhập lại mật khẩu mới'), 'một câu khác');
  await user.click(screen.getByRole('button', { name: 'Đặt mật khẩu' }));
  expect((await screen.findByRole('alert')).textContent).toMatch(/không giống nhau/);
  expect(server.last('PasswordSet')).toBeUndefined();
  await user.clear(screen.getByLabelText('Nhập lại mật khẩu mới'));
  await user.type(screen.getByLabelText('Nhập lại mật khẩu mới'), 'một câu dễ nhớ');
  await user.click(screen.getByRole('button', { name: 'Đặt mật khẩu' }));
  await user.type(await screen.findByLabelText('Mật khẩu hiện tại'), 'một câu dễ nhớ');
  expect(server.last('PasswordSet')).toEqual({ input: { current: null, new: 'một câu dễ nhớ' } });
  await user.click(screen.getByRole('button', { name: 'Bật xác thực hai lớp' }));
  const drawn = await screen.findByRole('img', { name: /Mã QR/ });
  expect(drawn.querySelectorAll('path')[0]?.getAttribute('d')?.length ?? 0).toBeGreaterThan(1000);
  expect((screen.getByLabelText('Khóa để gõ vào ứng dụng') as HTMLInputElement).value).toBe('JBSW Y3DP EHPK 3PXP');
  await user.type(screen.getByLabelText('Mã xác thực'), '123 456');
  await user.click(screen.getByRole('button', { name: 'Xác nhận' }));
  expect(await screen.findByText('cccc-dddd')).toBeTruthy();
  expect(server.last('SecondFactorConfirm')).toEqual({ input: { code: '123456' } });
  // The codes stay until the person says that they are kept.
  expect(router.state.location.pathname).toBe('/welcome');
  await user.click(screen.getByRole('button', { name: 'Đã lưu mã khôi phục, tiếp tục' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/cases/c1'));
});

describe('my account', () => {
  const withProfile = (server = newServer()) => server.on(ProfileDocument, () => ({ me }));

  test('says who I am and what I may do, marks this session and ends the others', async () => {
    const user = userEvent.setup();
    const server = withProfile()
      .on(SessionEndDocument, () => ({ sessionEnd: { viewer: { id: 'me' }, userErrors: [] } }))
      .on(SessionEndOthersDocument, () => ({ sessionEndOthers: { viewer: { id: 'me' }, userErrors: [] } }));
    open('/profile', server);
    const roles = within(await screen.findByRole('region', { name: 'Vai trò và quyền' }));
    expect(roles.getByText('Thư ký, văn thư')).toBeTruthy();
    expect(roles.getByText(/Chi cục Hậu Lộc · từ 01\/01\/2019/)).toBeTruthy();
    expect(roles.getByText('Ghi hồ sơ')).toBeTruthy();
    expect(roles.queryByText('Đã đăng nhập')).toBeNull();
    const sessions = within(screen.getByRole('region', { name: 'Phiên đăng nhập' }));
    expect(sessions.getByText('Edge, Windows').closest('li')?.textContent).toContain('Phiên này');
    const ends = sessions.getAllByRole('button', { name: /Kết thúc phiên/ });
    expect(ends).toHaveLength(1);
    await user.click(ends[0] as HTMLElement);
    await waitFor(() => expect(server.last('SessionEnd')).toEqual({ input: { id: 'ss_2' } }));
    await user.click(sessions.getByRole('button', { name: 'Kết thúc mọi phiên khác' }));
    await user.click(within(screen.getByRole('dialog', { name: 'Kết thúc mọi phiên khác?' })).getByRole('button', { name: 'Kết thúc mọi phiên khác' }));
    await waitFor(() => expect(server.last('SessionEndOthers')).toEqual({ input: { confirm: true } }));
  });

  test('makes a token of some of my rights, shows its secret once and revokes', async () => {
    const user = userEvent.setup();
    let tokens: ProfilePartsFragment['tokens'] = [];
    const token = {
      id: 'tk1', name: 'Báo cáo tháng', roles: [], units: [], rights: ['READ' as const], madeAt: '2019-12-09T01:00:00.000Z', expiresAt: '2999-01-01T00:00:00.000Z', lastUsedAt: null, revokedAt: null,
    };
    const server = newServer().on(ProfileDocument, () => ({ me: { ...me, rights: [...me.rights, 'MANAGE_ACCOUNTS' as const], tokens } }))
      .on(TokenCreateDocument, () => {
        tokens = [token];
        return { tokenCreate: { created: { secret: 'thads_secret', token }, userErrors: [] } };
      })
      .on(TokenRevokeDocument, () => {
        tokens = [{ ...token, revokedAt: '2019-12-09T03:00:00.000Z' }];
        return { tokenRevoke: { token: { id: 'tk1' }, userErrors: [] } };
      });
    open('/profile', server);
    const card = within(await screen.findByRole('region', { name: 'Khóa API' }));
    await user.click(card.getByText('Tạo khóa mới'));
    await user.type(card.getByLabelText('Dùng để làm gì'), 'Báo cáo tháng');
    // A program never manages accounts.
    expect(card.queryByLabelText('Quản trị tài khoản')).toBeNull();
    await user.click(card.getByLabelText('Xem việc thi hành án và án hành chính'));
    await user.click(card.getByRole('button', { name: 'Tạo khóa' }));
    expect((await card.findByLabelText('Khóa Báo cáo tháng') as HTMLInputElement).value).toBe('thads_secret');
    expect(server.last('TokenCreate')).toEqual({ input: { name: 'Báo cáo tháng', rights: ['READ'], days: 90 } });
    await user.click(await card.findByRole('button', { name: 'Thu hồi khóa Báo cáo tháng' }));
    await user.click(within(screen.getByRole('dialog', { name: 'Thu hồi khóa Báo cáo tháng' })).getByRole('button', { name: 'Thu hồi' }));
    expect(await card.findByText('Khóa đã hết hạn hoặc thu hồi (1)')).toBeTruthy();
    expect(server.last('TokenRevoke')).toEqual({ input: { id: 'tk1' } });
  });

  test('what the server refuses about a new password is said beside it', async () => {
    const user = userEvent.setup();
    open('/profile', withProfile().on(PasswordSetDocument, () => ({
      passwordSet: { viewer: null, userErrors: [{ code: 'INVALID' as const, message: 'Mật khẩu này quá phổ biến', field: ['new'] }] },
    })));
    const card = within(await screen.findByRole('region', { name: 'Mật khẩu' }));
    await user.type(card.getByLabelText('Mật khẩu hiện tại'), 'cũ');
    await user.type(card.getByLabelText('Mật khẩu mới'), 'matkhau123');
    await user.type(card.getByLabelText('Nhập lại mật khẩu mới'), 'matkhau123');
    await user.click(card.getByRole('button', { name: 'Đổi mật khẩu' }));
    expect((await card.findByRole('alert')).textContent).toContain('Mật khẩu này quá phổ biến');
  });
});

describe('administration', () => {
  const withPeople = (server: Server) => server
    .on(PeopleDocument, () => ({ users: { nodes: [user], totalCount: 1, pageInfo: page } }))
    .on(EnforcementOfficersDocument, () => ({ officers: { nodes: [{ id: 'of1', name: 'Lê Văn Chấp' }] } }));

  test('the rooms are for those who may', async () => {
    for (const [who, rooms] of [
      [nobody, ['Công khai']],
      [administrator, ['Quản trị', 'Nhật ký truy cập', 'Công khai']],
      [withRights('READ_DIRECTION', 'READ_FIGURES'), ['Tổng quan', 'Hội nghị', 'Công khai']],
      [withRights('READ', 'READ_FIGURES', 'IMPORT', 'AUDIT'), ['Tổng quan', 'Vụ việc', 'Hội nghị', 'Nhập dữ liệu', 'Nhật ký truy cập', 'Công khai']],
    ] as const) {
      localStorage.clear();
      open('/public', withPublic(newServer(who)));
      await screen.findByText('Phiên bản 0.1.0'); // the server has said who is asking
      expect(within(screen.getByRole('navigation', { name: 'Các phòng' })).getAllByRole('link').map((link) => link.textContent)).toEqual(rooms);
      cleanup();
    }
  });

  test('who sees no figures arrives in their first room', async () => {
    const server = withPeople(newServer(administrator));
    const router = open('/', server);
    await waitFor(() => expect(router.state.location.pathname).toBe('/people'));
    expect(await screen.findByRole('link', { name: 'Trần Thị Thư' })).toBeTruthy();
    expect(server.asked.some(({ name }) => name === 'Overview')).toBe(false);
    expect(screen.queryByRole('combobox', { name: 'Tìm trong sổ' })).toBeNull();
  });

  test('the list is filtered through the address', async () => {
    const user = userEvent.setup();
    const server = withPeople(newServer(administrator));
    const router = open('/people', server);
    const filters = within((await screen.findByLabelText('Tìm theo tên')).closest('search') as HTMLElement);
    await user.type(filters.getByLabelText('Tìm theo tên'), 'tran{Enter}');
    await user.selectOptions(filters.getByLabelText('Vai trò'), 'CLERK');
    await user.selectOptions(filters.getByLabelText('Tình trạng'), 'no');
    await waitFor(() => expect(router.state.location.search).toEqual({ q: 'tran', role: 'CLERK', disabled: 'no' }));
    await waitFor(() => expect(server.last('People')).toEqual({ filter: { text: 'tran', roles: ['CLERK'], disabled: false }, first: 50 }));
  });

  test('an invitation names roles with unit, officer and term, and shows its link once', async () => {
    const user = userEvent.setup();
    const server = withPeople(newServer(administrator)).on(UserInviteDocument, () => ({
      userInvite: { link: { path: '/signin?token=abc', expiresAt: '2019-12-12T00:00:00.000Z', user: { id: 'us2', account: 'chap', name: 'Lê Văn Chấp' } }, userErrors: [] },
    }));
    open('/people', server);
    const form = within((await screen.findByText('Mời người dùng')).closest('details') as HTMLElement);
    await user.click(form.getByText('Mời người dùng'));
    await user.type(form.getByLabelText('Tên tài khoản'), 'chap');
    await user.type(form.getByLabelText('Họ tên'), 'Lê Văn Chấp');
    const make = form.getByRole<HTMLButtonElement>('button', { name: 'Tạo tài khoản và liên kết' });
    await user.selectOptions(form.getByLabelText('Vai trò'), 'OFFICER');
    expect(make.disabled).toBe(true); // an officer is somebody
    await user.selectOptions(form.getByLabelText('Đơn vị'), 'u2');
    await user.selectOptions(await form.findByLabelText('Là chấp hành viên'), await form.findByRole('option', { name: 'Lê Văn Chấp' }));
    await user.type(form.getByLabelText('Đến hết ngày'), '31/12/2020');
    await user.click(make);
    const link = await form.findByLabelText<HTMLInputElement>('Liên kết đăng nhập của Lê Văn Chấp');
    expect(link.value).toBe(`${location.origin}/signin?token=abc`);
    expect(server.last('EnforcementOfficers')).toEqual({ filter: { canEnforce: true, units: ['u2'] } });
    expect(server.last('UserInvite')).toEqual({ input: { account: 'chap', name: 'Lê Văn Chấp', grants: [{ role: 'OFFICER', unit: 'u2', officer: 'of1', until: '2020-12-31' }] } });
  });

  test('a person is given and taken roles, a link, and the account', async () => {
    const actor = userEvent.setup();
    let now = user;
    const changed = (change: Partial<PersonPartsFragment>) => {
      now = { ...now, ...change, version: now.version + 1 };
      return { user: now, userErrors: [] };
    };
    const server = withPeople(newServer(administrator))
      .on(PersonDocument, () => ({ user: now }))
      .on(UserGrantDocument, () => ({ userGrant: changed({ grants: [grant, { ...grant, id: 'g2', role: 'ADMINISTRATOR', unit: null }] }) }))
      .on(UserEndGrantDocument, () => ({ userEndGrant: changed({ grants: [{ ...grant, until: '2019-12-08', current: false }] }) }))
      .on(UserMakeLinkDocument, () => ({ userMakeLink: { link: { path: '/signin?token=x', expiresAt: '2019-12-10T00:00:00.000Z', user: now }, userErrors: [] } }))
      .on(UserDisableDocument, () => ({ userDisable: changed({ disabledAt: '2019-12-09T03:00:00.000Z' }) }));
    open('/people/us1', server);
    const roles = within(await screen.findByRole('region', { name: 'Vai trò' }));
    await actor.click(roles.getByText('Giao thêm vai trò'));
    await actor.selectOptions(roles.getByLabelText('Vai trò'), 'ADMINISTRATOR');
    expect(roles.queryByLabelText('Đơn vị')).toBeNull();
    await actor.click(roles.getByRole('button', { name: 'Giao vai trò' }));
    expect(await roles.findByText('Quản trị hệ thống', { selector: 'span' })).toBeTruthy();
    expect(server.last('UserGrant')).toEqual({ input: { id: 'us1', version: 4, grant: { role: 'ADMINISTRATOR' } } });
    await actor.click(roles.getByRole('button', { name: 'Kết thúc vai trò Thư ký, văn thư' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Kết thúc vai trò Thư ký, văn thư' }));
    await actor.clear(dialog.getByLabelText('Ngày cuối'));
    await actor.type(dialog.getByLabelText('Ngày cuối'), '08/12/2019');
    await actor.click(dialog.getByRole('button', { name: 'Kết thúc' }));
    expect(await roles.findByText('Không hiệu lực')).toBeTruthy();
    expect(server.last('UserEndGrant')).toEqual({ input: { id: 'us1', version: 5, grant: 'g1', until: '2019-12-08' } });
    await actor.click(screen.getByRole('button', { name: 'Cấp liên kết đăng nhập' }));
    await actor.click(within(screen.getByRole('dialog', { name: /Cấp liên kết/ })).getByRole('button', { name: 'Cấp liên kết đăng nhập' }));
    expect((await screen.findByLabelText<HTMLInputElement>('Liên kết đăng nhập của Trần Thị Thư')).value).toBe(`${location.origin}/signin?token=x`);
    expect(server.last('UserMakeLink')).toEqual({ input: { id: 'us1', version: 6 } });
    await actor.click(screen.getByRole('button', { name: 'Khóa tài khoản' }));
    await actor.click(within(screen.getByRole('dialog', { name: /Khóa tài khoản/ })).getByRole('button', { name: 'Khóa tài khoản' }));
    expect(await screen.findByText('Đã khóa')).toBeTruthy();
  });

  const rule = { role: 'CLERK' as const, name: 'Thư ký', rights: [{ right: 'READ' as const, reach: 'UNIT' as const }], count: 'UNIT' as const, sights: [{ data: 'NAME' as const, sight: 'CLEAR' as const }], purposes: ['ENFORCEMENT' as const] };

  test('the table of rights is for everybody, the policy for those who may set it', async () => {
    const actor = userEvent.setup();
    const server = newServer(administrator).on(RoleTableDocument, () => ({ roles: [rule] }))
      .on(AccessPolicyDocument, () => ({ accessPolicy: { version: 1, secondFactorRoles: ['ADMINISTRATOR' as const] } }))
      .on(AccessPolicySetDocument, ({ input }) => ({ accessPolicySet: { policy: { version: 2, secondFactorRoles: input.secondFactorRoles }, userErrors: [] } }));
    open('/roles', server);
    const row = (await screen.findByRole('rowheader', { name: 'Xem việc thi hành án và án hành chính' })).closest('tr');
    expect(row?.textContent).toContain('Đơn vị và cấp dưới');
    const policy = within(await screen.findByRole('region', { name: 'Bắt buộc xác thực hai lớp' }));
    await actor.click(await policy.findByLabelText('Lãnh đạo THADS tỉnh'));
    await actor.click(policy.getByRole('button', { name: 'Lưu chính sách' }));
    await waitFor(() => expect(policy.getByRole<HTMLButtonElement>('button', { name: 'Lưu chính sách' }).disabled).toBe(true));
    expect(server.last('AccessPolicySet')).toEqual({ input: { version: 1, secondFactorRoles: ['LEADER', 'ADMINISTRATOR'] } });
    cleanup();
    localStorage.clear();
    open('/roles', newServer().on(RoleTableDocument, () => ({ roles: [rule] })));
    expect(await screen.findByRole('rowheader', { name: 'Họ tên' })).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'Bắt buộc xác thực hai lớp' })).toBeNull();
  });

  test('the access records are filtered through the address', async () => {
    const actor = userEvent.setup();
    const row = {
      id: 'di1', kind: 'UNMASKING' as const, at: '2019-12-09T01:00:00.000Z', by: 'us1', byName: 'Trần Thị Thư', case: 'c1', party: 'p1', data: ['IDENTITY_NUMBER' as const],
      purpose: 'VERIFICATION' as const, reason: 'Xác minh tài khoản tại ngân hàng', export: null, requestId: 'req-1',
    };
    const server = newServer(administrator).on(DisclosuresDocument, () => ({ disclosures: { nodes: [row], totalCount: 1, pageInfo: page } }));
    const router = open('/disclosures?from=2019-12-01&kind=UNMASKING', server);
    expect(await screen.findByText('Xác minh tài khoản tại ngân hàng')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Mở vụ việc' })).toBeNull(); // the administrator sees no case
    await actor.click(screen.getByRole('button', { name: 'Chỉ xem của Trần Thị Thư' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ from: '2019-12-01', kind: 'UNMASKING', by: 'us1' }));
    await waitFor(() => expect(server.last('Disclosures')).toEqual({ filter: { kinds: ['UNMASKING'], by: 'us1', days: { from: '2019-12-01' } }, first: 50 }));
  });
});

test('the overview asks only for what may be seen', async () => {
  const server = newServer(withRights('READ_FIGURES')).on(OverviewDocument, () => ({
    summary: { asOf: '2019-12-09', liveCases: 7, openVerdicts: 1, unit: { id: 'u1', name: 'Cục' }, cases: [{ state: 'IN_PROGRESS' as const, count: 7 }] },
  }));
  open('/', server);
  expect(await screen.findByText('Việc đang phải thi hành')).toBeTruthy();
  expect(server.last('Overview')).toEqual({ cases: false, direction: false });
  expect(screen.queryByText('Nhiệm vụ chưa xong')).toBeNull();
  expect(screen.queryByRole('heading', { name: 'Thay đổi gần nhất' })).toBeNull();
  expect(within(screen.getByRole('main')).queryAllByRole('link')).toEqual([]);
});

describe('masked parties', () => {
  const party = {
    id: 'p1', role: 'DEBTOR' as const, kind: 'PERSON' as const, name: 'N• V• A•', address: 'Hậu Lộc, Thanh Hóa', birthYear: null, juvenile: false, jointGroup: null,
    hasIdentityNumber: true, hasAccountNumber: false, masked: ['NAME' as const, 'CONTACT' as const], revealable: ['NAME' as const, 'IDENTITY_NUMBER' as const],
  };
  const file: CaseFileFragment = {
    id: 'c1', version: 1, state: 'IN_PROGRESS', since: '2019-03-01', ground: null, decision: { number: '46/QĐ-CCTHADS', date: '2019-02-01', issuer: null, signer: null },
    openedOn: '2019-02-01', finishedOn: null, initiation: 'ON_REQUEST', requestedOn: null,
    judgment: { kind: 'MARRIAGE_FAMILY', number: '07/2018', date: '2018-12-20', court: 'TAND', receivedOn: null }, unit: { id: 'u2', name: 'Chi cục', shortName: 'Chi cục' }, officer: null,
    debtorName: 'N• V• A•', totals: { total: 0, remaining: 0, held: 0, done: 0, reduced: 0, terminated: 0, entrusted: 0, closed: 0 }, tags: [], updatedAt: '2019-10-09T08:00:00.000Z',
    parties: [party], obligations: [], events: [], units: [], nextSteps: [],
  };

  test('are shown for a purpose and a reason, until the page is left', async () => {
    const actor = userEvent.setup();
    let refuse = true;
    const server = newServer().on(CaseByIdDocument, () => ({ case: file })).on(PartyRevealDocument, () => ({
      partyReveal: refuse
        ? { revealed: null, userErrors: [{ code: 'INVALID' as const, message: 'Lý do chưa rõ', field: ['reason'] }] }
        : { revealed: { id: 'p1', name: 'Nguyễn Văn An', address: null, birthYear: null, identityNumber: '038090001234', accountNumber: null }, userErrors: [] },
    }));
    const router = open('/cases/c1', server);
    const parties = within(await screen.findByRole('region', { name: 'Đương sự' }));
    expect(parties.getByText(/Đã che: Họ tên, Địa chỉ, năm sinh · Có lưu: Số định danh/)).toBeTruthy();
    await actor.click(parties.getByRole('button', { name: 'Xem dữ liệu đã che của N• V• A•' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Xem dữ liệu cá nhân đã che' }));
    const ask = dialog.getByRole<HTMLButtonElement>('button', { name: 'Xem' });
    await actor.click(dialog.getByLabelText('Số định danh'));
    await actor.click(dialog.getByLabelText('Họ tên'));
    expect(dialog.queryByLabelText('Địa chỉ, năm sinh')).toBeNull();
    await actor.selectOptions(dialog.getByLabelText('Mục đích'), 'VERIFICATION');
    await actor.type(dialog.getByLabelText(/Lý do/), 'quá ngắn');
    expect(ask.disabled).toBe(true);
    await actor.type(dialog.getByLabelText(/Lý do/), ' nên viết thêm');
    await actor.click(ask);
    expect((await dialog.findByRole('alert')).textContent).toContain('Lý do chưa rõ');
    refuse = false;
    await actor.click(ask);
    expect(await parties.findByText('038090001234')).toBeTruthy();
    expect(parties.getByText('Nguyễn Văn An')).toBeTruthy();
    expect(server.last('PartyReveal')).toEqual({ input: { case: 'c1', party: 'p1', data: ['NAME', 'IDENTITY_NUMBER'], purpose: 'VERIFICATION', reason: 'quá ngắn nên viết thêm' } });
    await router.navigate({ to: '/public' });
    await router.navigate({ to: '/cases/$id', params: { id: 'c1' } });
    expect(await screen.findByText(/Đã che: Họ tên/)).toBeTruthy();
    expect(screen.queryByText('038090001234')).toBeNull();
  });

  test('offer nothing to those who may not ask', async () => {
    open('/cases/c1', newServer().on(CaseByIdDocument, () => ({ case: { ...file, parties: [{ ...party, revealable: [] }] } })));
    expect(await screen.findByText(/Đã che: Họ tên/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Xem dữ liệu đã che/ })).toBeNull();
  });
});

test('numbers are taken out for a purpose and a reason, by those who may', async () => {
  const cases = (server: Server) => server.on(CaseListDocument, () => ({ cases: { nodes: [], pageInfo: page } })).on(CaseCountDocument, () => ({ cases: { totalCount: 0 } }))
    .on(CaseOfficersDocument, () => ({ officers: { nodes: [] } }));
  open('/cases?state=DONE', cases(newServer()));
  const form = (await screen.findByRole('button', { name: 'Xuất Excel kèm số', hidden: true })).closest('form') as HTMLFormElement;
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  expect([form.method, new URL(form.action).pathname, field('numbers').value, field('filter').value]).toEqual(['get', '/exports/cases.xlsx', 'true', '{"states":["DONE"]}']);
  expect([...field('purpose').querySelectorAll('option')].map(({ value }) => value)).toEqual(['', 'ENFORCEMENT', 'VERIFICATION']);
  expect([field('reason').required, field('reason').minLength]).toEqual([true, 10]);
  cleanup();
  localStorage.clear();
  open('/cases', cases(newServer(withRights('READ', 'EXPORT'))));
  expect(await screen.findByRole('link', { name: 'CSV: các việc', hidden: true })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Xuất Excel kèm số', hidden: true })).toBeNull();
  cleanup();
  localStorage.clear();
  open('/cases', cases(newServer(withRights('READ', 'UNMASK'))));
  await screen.findByRole('heading', { level: 1, name: 'Vụ việc' });
  await screen.findByText('Phiên bản 0.1.0');
  expect(screen.queryByRole('link', { name: 'CSV: các việc', hidden: true })).toBeNull();
});

test.each([['linked=1', 'status', /Đã gắn danh tính/], ['problem=LINKED_ELSEWHERE', 'alert', /tài khoản khác/]])('what became of tying an identity is said: %s', async (query, role, words) => {
  open(`/profile?${query}`, newServer().on(ProfileDocument, () => ({ me })));
  await screen.findByRole('region', { name: 'Vai trò và quyền' });
  expect(screen.getAllByRole(role).some((element) => words.test(element.textContent ?? ''))).toBe(true);
});
