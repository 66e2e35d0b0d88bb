/** Powers of ten as they are written on axes. */

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10⁻⁴` for whole powers; nothing between them. */
export function power(value: number): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return '';
  const whole = Math.round(exponent);
  if (whole === 0) return '1';
  return `10${whole < 0 ? '⁻' : ''}${[...String(Math.abs(whole))].map(d => RAISED[Number(d)]).join('')}`;
}
