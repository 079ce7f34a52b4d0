import { compilePattern } from './compile-pattern.ts';

/** A format of text that is checked. */
export interface TextFormat {
  /** What it is, in words. */
  readonly words: string;
  /** An example; other numbers give other examples. */
  readonly example: (variant: number) => string;
  readonly accepts: (text: string) => boolean;
}

const LONGEST_HOST = 253;
const LONGEST_ADDRESS = 254;
const LONGEST_URI = 8192;
const LONGEST_DURATION = 64;

const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const time = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[zZ]|[+-](\d{2}):(\d{2}))$/;
const duration = /^P(?:\d+W|(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/;
const hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const mailbox = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const uri = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[!$&'()*+,;=:@/?#[\]A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*$/;
const uuid = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const pointer = /^(?:\/(?:[^~/]|~[01])*)*$/;

/**
 * The formats that are checked; any other is a note without effect. The expressions are our own and none of them
 * backtracks: every alternative begins with a character of its own.
 */
export const textFormats: ReadonlyMap<string, TextFormat> = new Map<string, TextFormat>([
  ['date-time', { words: 'a date and time', example: (n) => `${dateIn(n)}T12:00:00Z`, accepts: isDateTime }],
  ['date', { words: 'a date', example: dateIn, accepts: isDate }],
  ['time', { words: 'a time with its offset', example: (n) => `12:${padded(n % 60)}:00Z`, accepts: isTime }],
  ['duration', { words: 'a duration', example: (n) => `PT${90 + n}S`, accepts: isDuration }],
  ['email', { words: 'an e-mail address', example: (n) => `someone${n || ''}@example.com`, accepts: isEmail }],
  ['hostname', { words: 'a host name', example: (n) => `www${n || ''}.example.com`, accepts: isHostName }],
  [
    'ipv4',
    { words: 'an IPv4 address', example: (n) => `192.0.2.${1 + (n % 254)}`, accepts: (text) => ipv4.test(text) },
  ],
  ['ipv6', { words: 'an IPv6 address', example: (n) => `2001:db8::${(1 + n).toString(16)}`, accepts: isIpv6 }],
  ['uri', { words: 'a URI', example: (n) => `https://example.com/${n || ''}`, accepts: isUri }],
  ['uuid', { words: 'a UUID', example: uuidIn, accepts: (text) => uuid.test(text) }],
  ['json-pointer', { words: 'a JSON pointer', example: (n) => `/a/${n}`, accepts: (text) => pointer.test(text) }],
  ['regex', { words: 'a regular expression', example: (n) => `^[a-z]+${n || ''}$`, accepts: isRegularExpression }],
]);

const padded = (number: number) => String(number).padStart(2, '0');

function dateIn(variant: number): string {
  return `${2026 + (variant % 1000)}-01-31`;
}

function uuidIn(variant: number): string {
  return `123e4567-e89b-12d3-a456-${String(426_614_174_000 + variant)}`;
}

function isDuration(text: string): boolean {
  return text.length <= LONGEST_DURATION && duration.test(text);
}

function isRegularExpression(text: string): boolean {
  return 'pattern' in compilePattern(text);
}

function isDateTime(text: string): boolean {
  return /^[tT ]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

function isDate(text: string): boolean {
  const [, year, month, day] = date.exec(text) ?? [];
  return year !== undefined && isDayOf(Number(year), Number(month), Number(day));
}

function isDayOf(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day <= days;
}

function isTime(text: string): boolean {
  const [, hour, minute, second, offsetHour, offsetMinute] = time.exec(text) ?? [];
  if (hour === undefined) return false;
  return isClock(hour, minute, second) && isClock(offsetHour, offsetMinute);
}

/** A minute may have a leap second. */
function isClock(hour = '0', minute = '0', second = '0'): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && text.length <= LONGEST_ADDRESS && mailbox.test(text.slice(0, at)) && isHostName(text.slice(at + 1));
}

function isHostName(text: string): boolean {
  return text.length <= LONGEST_HOST && text.split('.').every((label) => hostLabel.test(label));
}

function isUri(text: string): boolean {
  return text.length <= LONGEST_URI && uri.test(text);
}

function isIpv6(text: string): boolean {
  return /^[0-9A-Fa-f:.]{2,45}$/.test(text) && URL.canParse(`http://[${text}]/`);
}
