/** The steps in a row: characters, or a line for other inputs, coloured by the unit's memory. A slider: click and arrows move it. */
import type { Data } from '../../data';
import { el, fitCanvas, setAttributes } from '../../dom';
import { l10n } from '../../l10n';
import { entry, unpack } from '../../ramps';
import { drawBand, selected } from '../../range';
import { memoryOf, rowsOf, type State } from '../../state';
import { faded, scaleOf } from '../../theme';
import { keysOf, type TileKey } from '../../tiles';
import { figures, fixed, isMark, spoken, visible } from '../../words';
import { ticks } from '../timeline/layout';

const CHARACTER = 7.6, SAMPLE = 5;
const TICKS = 16, BAND = 20, CURVE = 34;

export class Strip {
  readonly canvas = el('canvas', { class: 'cell-strip', role: 'slider', tabindex: 0, 'aria-label': l10n('timestep') });
  private from = 0;
  private shown = 0;
  private each = CHARACTER;

  constructor(private readonly data: Data, go: (step: number) => void) {
    const at = (event: PointerEvent): void => { if (event.buttons & 1) go(Math.floor(this.from + event.offsetX / this.each)); };
    this.canvas.addEventListener('pointerdown', event => { this.canvas.setPointerCapture(event.pointerId); at(event); });
    this.canvas.addEventListener('pointermove', at);
  }

  /** What is drawn: exact values of the memory around the step. */
  wishes(state: State): TileKey[] {
    const memory = memoryOf(rowsOf(state));
    return memory && state.scene ? keysOf(this.data.lane(state, memory.name), this.from, Math.min(state.scene.steps, this.from + this.shown + 1), 1, state.scene.steps) : [];
  }

  /** Moves the window only when the step comes near its end. Answers whether it moved. */
  place(state: State, width: number): boolean {
    const steps = state.scene?.steps ?? 1, { step } = state.selection;
    this.each = state.scene?.input.axis === 'characters' ? CHARACTER : SAMPLE;
    const shown = Math.min(steps, Math.floor(width / this.each));
    const near = step < this.from + Math.min(4, shown / 4) || step >= this.from + shown - Math.min(4, shown / 4);
    const centred = Math.max(0, Math.min(steps - shown, step - (shown >> 1)));
    const from = shown === this.shown && !near ? this.from : centred;
    const moved = from !== this.from || shown !== this.shown;
    [this.from, this.shown] = [from, shown];
    return moved;
  }

  draw(state: State): void {
    const { scene, selection: { step, unit }, theme } = state;
    const memory = memoryOf(rowsOf(state));
    if (!scene || !memory) return;
    const letters = scene.input.axis === 'characters';
    const { each, shown, from } = this, width = shown * each, height = TICKS + BAND + (letters ? 0 : CURVE);
    const context = fitCanvas(this.canvas, width, height);
    const scale = scaleOf(memory), table = theme.ramp(memory.hue, scale.kind, true);
    const band = TICKS + (letters ? 0 : CURVE);
    const value = (t: number): number | undefined => { const v = this.data.value(state, memory.name, unit, t); return v?.bucket === 1 ? v.value : undefined; };
    for (let t = from; t < from + shown; t++) {
      const v = value(t);
      if (v === undefined) continue;
      const [r, g, b] = unpack(table[entry(scale, v)]!);
      context.fillStyle = `rgb(${r}, ${g}, ${b})`;
      context.fillRect((t - from) * each, band, each + 0.3, BAND - 1);
      if (letters) this.letter(context, state, t, (t - from + 0.5) * each, band + BAND / 2, (0.299 * r + 0.587 * g + 0.114 * b) / 255);
    }
    if (!letters) this.curve(context, state, value, memory.hue, Math.max(Math.abs(memory.stats.min), Math.abs(memory.stats.max), 1e-6));
    drawBand(context, theme, selected(state), t => (t - from) * each, width, 0, { top: TICKS, height: height - TICKS, veil: false });
    this.axis(context, state);
    context.strokeStyle = theme.foreground;
    context.lineWidth = 1.5;
    context.strokeRect((step - from) * each - 0.5, band - 1.5, each + 1, BAND + 2);
    const label = this.data.label(step), now = value(step);
    setAttributes(this.canvas, {
      'aria-valuemin': 0, 'aria-valuemax': scene.steps - 1, 'aria-valuenow': step,
      'aria-valuetext': l10n('step {0}', step) + (label === undefined ? '' : `, ${spoken(label)}`) + (now === undefined ? '' : `; ${memory.label} ${fixed(now)}`),
    });
  }

  /** The same window as numbers: step, what is read there, the unit's memory. */
  rows(state: State): (readonly [step: string, label: string, value: string])[] {
    const memory = memoryOf(rowsOf(state)), last = Math.min(this.from + this.shown, state.scene?.steps ?? 0);
    return Array.from({ length: memory ? Math.max(0, last - this.from) : 0 }, (_, k) => this.from + k).map(t => {
      const v = this.data.value(state, memory!.name, state.selection.unit, t), label = this.data.label(t);
      return [String(t), label === undefined ? '' : spoken(label), v?.bucket === 1 ? figures(v.value) : '…'];
    });
  }

  private letter(context: CanvasRenderingContext2D, { theme }: State, t: number, x: number, y: number, light: number): void {
    const label = this.data.label(t);
    if (label === undefined) return;
    const ink = light > 0.5 ? '#000000' : '#ffffff';
    context.font = `12px ${theme.editorFont}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = isMark(label) ? faded(ink, 0.6) : ink;
    context.fillText(visible(label), x, y);
  }

  private curve(context: CanvasRenderingContext2D, { theme }: State, value: (t: number) => number | undefined, hue: keyof State['theme']['ink'], most: number): void {
    const y = (v: number): number => TICKS + CURVE / 2 - (v / most) * (CURVE / 2 - 3);
    context.fillStyle = faded(theme.foreground, 0.25);
    context.fillRect(0, Math.round(y(0)), this.shown * this.each, 1);
    context.strokeStyle = theme.ink[hue];
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.beginPath();
    let gap = true;
    for (let t = this.from; t < this.from + this.shown; t++) {
      const v = value(t);
      if (v !== undefined && Number.isFinite(v)) (gap ? context.moveTo : context.lineTo).call(context, (t - this.from + 0.5) * this.each, y(v));
      gap = v === undefined || !Number.isFinite(v);
    }
    context.stroke();
  }

  /** Steps as numbers or dates, and the chosen one, which the others leave room for. */
  private axis(context: CanvasRenderingContext2D, { scene, selection: { step }, theme }: State): void {
    const width = this.shown * this.each;
    const write = (t: number, text: string, bold: boolean, free?: readonly [number, number]): readonly [number, number] | undefined => {
      context.font = `${bold ? '600 11px' : '10px'} ${theme.font}`;
      context.fillStyle = bold ? theme.foreground : theme.muted;
      context.textAlign = 'center';
      context.textBaseline = 'alphabetic';
      const half = context.measureText(text).width / 2, x = Math.max(half, Math.min(width - half, (t - this.from + 0.5) * this.each));
      if (free && x + half > free[0] - 8 && x - half < free[1] + 8) return undefined;
      context.fillText(text, x, 11);
      return [x - half, x + half];
    };
    const named = scene?.input.axis === 'time' && !scene.input.rate;
    const label = this.data.label(step);
    const taken = write(step, named && label !== undefined ? `t ${step}, ${label}` : `t ${step}`, true);
    for (const t of ticks({ from: this.from, to: this.from + this.shown }, width, named ? 120 : 90)) write(t, named ? this.data.label(t) ?? String(t) : String(t), false, taken);
  }
}
