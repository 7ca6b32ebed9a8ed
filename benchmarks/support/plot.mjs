// @ts-check
/** Small line charts side by side, as SVG. */

/** @typedef {{ title: string, points: { x: number, y: number }[] }} Panel */

const PANEL = { width: 240, height: 200, left: 44, right: 12, top: 28, bottom: 36 };

/**
 * @param {string} yTitle what all panels show
 * @param {Panel[]} panels
 */
export function plotPanels(yTitle, panels) {
  const charts = panels.map(
    (panel, index) =>
      `<g transform="translate(${index * PANEL.width} 0)">${chart(panel, index === 0 ? yTitle : '')}</g>`,
  );
  const size = `width="${panels.length * PANEL.width}" height="${PANEL.height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
${charts.join('\n')}
</svg>
`;
}

/**
 * @param {Panel} panel
 * @param {string} yTitle
 */
function chart({ title, points }, yTitle) {
  const { width, height, left, right, top, bottom } = PANEL;
  const xEnd = Math.max(...points.map(({ x }) => x));
  const yEnd = roundUp(Math.max(...points.map(({ y }) => y)));
  const toX = (/** @type {number} */ x) => round(left + (x / xEnd) * (width - left - right));
  const toY = (/** @type {number} */ y) => round(height - bottom - (y / yEnd) * (height - top - bottom));
  const grid = [0, yEnd / 2, yEnd].map(
    (y) =>
      `<line x1="${left}" x2="${width - right}" y1="${toY(y)}" y2="${toY(y)}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${toY(y) + 4}" text-anchor="end">${y}</text>`,
  );
  const marks = points.map(
    ({ x, y }) =>
      `<circle cx="${toX(x)}" cy="${toY(y)}" r="3" fill="#2563eb"/>` +
      `<text x="${toX(x)}" y="${height - bottom + 14}" text-anchor="middle">${x}</text>`,
  );
  const line = points.map(({ x, y }) => `${toX(x)},${toY(y)}`).join(' ');
  return [
    ...grid,
    `<polyline points="${line}" fill="none" stroke="#2563eb" stroke-width="1.5"/>`,
    ...marks,
    `<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">${title}</text>`,
    `<text x="6" y="16">${yTitle}</text>`,
  ].join('');
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** The next of 1, 2, 5 times a power of ten. @param {number} value */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}
