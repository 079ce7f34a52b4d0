import { Decimal } from '../../estimate/decimals.ts';

const decimalUnits = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binaryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const FORM = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE][+-]?[0-9]{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

/**
 * A Kubernetes quantity (`500m`, `8Gi`, `12e6`) as an exact number; undefined when it is none. Money and memory do not go
 * through binary floating point, which the published parsers of quantities use.
 */
export function parseQuantity(quantity: string | number): Decimal | undefined {
  const [, digits = '', exponent = '', unit = ''] = FORM.exec(String(quantity)) ?? [];
  if (digits === '') return undefined;
  return new Decimal(digits.replace(/\.$/, '') + exponent).times(unitSize(unit));
}

function unitSize(unit: string): Decimal {
  const binary = unit === '' ? -1 : binaryUnits.indexOf(unit);
  if (binary > 0) return new Decimal(1024).pow(binary);
  return new Decimal(10).pow(3 * (decimalUnits.indexOf(unit) - decimalUnits.indexOf('')));
}
