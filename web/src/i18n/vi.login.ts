// The Vietnamese messages of one room; its pages import this file, so they arrive together.
import { addMessages } from './index';

export const vi = {
  'login.title': 'Đăng nhập',
  'login.account': 'Tên tài khoản',
  'login.password': 'Mật khẩu',
  'login.checking': 'Đang kiểm tra…',
  'login.wrong': 'Tên tài khoản hoặc mật khẩu không đúng.',
  'login.waitSeconds': 'Đã thử quá nhiều lần. Hãy chờ {n} giây rồi thử lại.',
  'login.waitMinutes': 'Đã thử quá nhiều lần. Hãy chờ {n} phút rồi thử lại.',
  'login.secondFactor': 'Xác thực hai lớp',
  'login.code': 'Mã xác thực',
  'login.codeHint': '6 chữ số đang hiện trong ứng dụng xác thực.',
  'login.wrongCode': 'Mã không đúng, đã dùng hoặc đã hết hạn. Hãy chờ mã mới rồi thử lại.',
  'login.recoveryCode': 'Mã khôi phục',
  'login.recoveryHint': 'Một trong các mã đã lưu khi bật xác thực hai lớp; mỗi mã dùng một lần.',
  'login.wrongRecovery': 'Mã khôi phục không đúng hoặc đã dùng.',
  'login.useRecovery': 'Dùng mã khôi phục',
  'login.useCode': 'Dùng ứng dụng xác thực',
  'login.again': 'Đăng nhập lại từ đầu',
  'login.provider': 'Đăng nhập qua {name}',
  'login.noAccount': 'Chưa có tài khoản, quên mật khẩu hoặc mất thiết bị xác thực: đề nghị người quản trị tài khoản của cơ quan cấp liên kết đăng nhập một lần.',
  'login.public': 'Xem danh sách công khai không cần đăng nhập',

  'loginProblem.NOT_LINKED': 'Danh tính này chưa được gắn với tài khoản nào trong sổ. Hãy đăng nhập bằng mật khẩu, hoặc đề nghị người quản trị gắn danh tính.',
  'loginProblem.PROVIDER': 'Nơi đăng nhập một lần không xác nhận được. Hãy thử lại, hoặc đăng nhập bằng mật khẩu.',
} as const;

addMessages(vi);
