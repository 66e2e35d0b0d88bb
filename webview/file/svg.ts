/** Small charts as SVG: they scale with the page, and take their colours from the style sheet. */
import { setAttributes, type Attributes } from '../dom';

/** An SVG element; texts among the children become text. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly (SVGElement | string)[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** A picture of a fixed size with a name that tells what is in it. */
export function picture(width: number, height: number, label: string, ...children: readonly SVGElement[]): SVGSVGElement {
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...children);
}
