import { element, ink, text } from './svg.js';
import { niceTicks, tickLabels } from './ticks.js';

/** The part of a picture that data is drawn in, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A linear map from data to pixels along one axis. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  (value: number): number;
}

export function scaleX({ left, width }: Frame, low: number, high: number): Scale {
  return Object.assign((value: number) => left + ((value - low) / (high - low)) * width, { low, high });
}

export function scaleY({ top, height }: Frame, low: number, high: number): Scale {
  return Object.assign((value: number) => top + height - ((value - low) / (high - low)) * height, {
    low,
    high,
  });
}

const tickSize = 11;

/** Pixels between ticks, roughly. */
const tickDistance = 55;

/** Ticks and their labels below the frame; `grid` draws a hairline up from each. */
export function axisBelow(frame: Frame, scale: Scale, label: string | undefined, grid: boolean): string[] {
  const ticks = niceTicks(scale.low, scale.high, Math.max(2, frame.width / tickDistance));
  const bottom = frame.top + frame.height;
  const labels = tickLabels(ticks);
  return [
    ...ticks.flatMap((tick, i) => [
      grid
        ? line(scale(tick), frame.top, scale(tick), bottom, ink.grid)
        : line(scale(tick), bottom, scale(tick), bottom + 4, ink.axis),
      text(scale(tick), bottom + 17, labels[i] ?? '', { size: tickSize, anchor: 'middle', fill: ink.muted }),
    ]),
    ...(label === undefined
      ? []
      : [text(frame.left + frame.width / 2, bottom + 36, label, { anchor: 'middle' })]),
  ];
}

/** Ticks and their labels left of the frame; `grid` draws a hairline across from each. */
export function axisLeft(frame: Frame, scale: Scale, label: string | undefined, grid: boolean): string[] {
  const ticks = niceTicks(scale.low, scale.high, Math.max(2, frame.height / tickDistance));
  const { left } = frame;
  const middle = frame.top + frame.height / 2;
  const labels = tickLabels(ticks);
  return [
    ...ticks.flatMap((tick, i) => [
      grid
        ? line(left, scale(tick), left + frame.width, scale(tick), ink.grid)
        : line(left - 4, scale(tick), left, scale(tick), ink.axis),
      text(left - 8, scale(tick) + 4, labels[i] ?? '', { size: tickSize, anchor: 'end', fill: ink.muted }),
    ]),
    ...(label === undefined ? [] : [text(left - 46, middle, label, { anchor: 'middle', rotate: -90 })]),
  ];
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string {
  return element('line', { x1, y1, x2, y2, stroke, 'stroke-width': width });
}
