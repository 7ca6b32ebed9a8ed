/**
 * The steps (from 1) after which a preview is sent: spread evenly, never the last, whose picture is the result. Fewer
 * steps give fewer previews.
 */
export function previewSteps(steps: number, previews: number): readonly number[] {
  const count = Math.min(previews, steps - 1);
  return Array.from({ length: count }, (_, index) => Math.round(((index + 1) * steps) / (count + 1)));
}
