/**
 * Classifier-free guidance with the result brought back to the conditional prediction's norm, token by token:
 * g = uncond + scale·(cond − uncond); g · ‖cond‖/‖g‖.
 * Source: diffusers' QwenImageEditPipeline.__call__ (true CFG).
 * @param conditional, unconditional float32 [tokens, channels]
 * @param channels values a token
 */
export function guide(
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
  channels: number,
): Float32Array {
  const guided = new Float32Array(conditional.length);
  for (let start = 0; start < guided.length; start += channels) {
    let conditionalSquares = 0;
    let guidedSquares = 0;
    for (let index = start; index < start + channels; index += 1) {
      const cond = conditional[index] ?? 0;
      const uncond = unconditional[index] ?? 0;
      const value = Math.fround(uncond + Math.fround(scale * Math.fround(cond - uncond)));
      guided[index] = value;
      conditionalSquares += cond * cond;
      guidedSquares += value * value;
    }
    // Both predictions all zero: nothing to scale (PyTorch would make NaN of it).
    const rescale = guidedSquares === 0 ? 0 : Math.fround(Math.sqrt(conditionalSquares) / Math.sqrt(guidedSquares));
    for (let index = start; index < start + channels; index += 1) guided[index] = (guided[index] ?? 0) * rescale;
  }
  return guided;
}
