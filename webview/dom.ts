/** Elements made from plain data. Strings become text, never markup: names come from files. */

/** Attributes; `true` writes an empty one, `false` and undefined leave it out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string | undefined;

/** `el('button', { class: 'link', type: 'button' }, 'Cancel')` */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((c): c is Node | string => c !== undefined));
  return element;
}

/** A text's parts with elements in its places {0}, {1} … */
export function filled(text: string, ...parts: readonly Node[]): Child[] {
  return text.split(/\{(\d+)\}/).map((part, k) => (k % 2 === 0 ? part : parts[Number(part)]));
}

/** Writes or removes attributes of an element. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** A codicon, silent to screen readers. */
export function icon(name: string): HTMLElement {
  return el('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** A button with its handler; `label` is its accessible name where the children are no words. */
export function button(kind: string, press: () => void, attributes: Attributes, ...children: readonly Child[]): HTMLButtonElement {
  const made = el('button', { type: 'button', class: kind, ...attributes }, ...children);
  made.addEventListener('click', press);
  return made;
}

/** Replaces text only where it changed, so that nothing is laid out in vain. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sizes a canvas to its CSS box in device pixels; answers its context, scaled so that one unit is one CSS pixel. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This webview has no 2D canvas.');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
