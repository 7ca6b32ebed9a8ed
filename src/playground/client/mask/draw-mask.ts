import type { Mask, MaskChange, PictureSize, Stroke } from './mask.js';

/** A small picture of the mask tells well enough how much of it is painted. Pixels of its longer side. */
const SHARE_SIDE = 128;

/** Draws a mask over all of a canvas: painted is opaque, the rest transparent. */
export function drawMask(context: CanvasRenderingContext2D, { changes, size }: Mask): void {
  drawChange(context, { kind: 'clear' }, size);
  // What was painted before all of it was cleared is not seen.
  const start = changes.findLastIndex(({ kind }) => kind === 'clear') + 1;
  for (const change of changes.slice(start)) drawChange(context, change, size);
}

/** Draws one more change. */
export function drawChange(context: CanvasRenderingContext2D, change: MaskChange, size: PictureSize): void {
  const { width, height } = context.canvas;
  context.setTransform(width / size.width, 0, 0, height / size.height, 0, 0);
  switch (change.kind) {
    case 'clear':
      context.clearRect(0, 0, size.width, size.height);
      break;
    case 'invert':
      context.globalCompositeOperation = 'source-out';
      context.fillRect(0, 0, size.width, size.height);
      break;
    default:
      context.globalCompositeOperation = change.kind === 'paint' ? 'source-over' : 'destination-out';
      drawStroke(context, change);
  }
}

function drawStroke(context: CanvasRenderingContext2D, { diameter, path }: Stroke): void {
  const [first, ...others] = path;
  if (first === undefined) return;
  // A way without length has no ends to be round.
  context.beginPath();
  context.arc(first.x, first.y, diameter / 2, 0, 2 * Math.PI);
  context.fill();
  if (others.length === 0) return;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = diameter;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const { x, y } of others) context.lineTo(x, y);
  context.stroke();
}

/** How much of the picture is painted, from 0 to 1. */
export function paintedShare(mask: Mask): number {
  const context = maskCanvas(mask.size, SHARE_SIDE);
  if (context === null) return 0;
  drawMask(context, mask);
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += data[at] ?? 0;
  return sum / (255 * width * height);
}

/** A canvas of a picture's shape whose longer side has at most so many pixels; null where the browser can't make it. */
export function maskCanvas(size: PictureSize, most: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  fitCanvas(canvas, size, most);
  return canvas.getContext('2d');
}

export function fitCanvas(canvas: HTMLCanvasElement, { width, height }: PictureSize, most: number): void {
  const scale = Math.min(1, most / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
}
