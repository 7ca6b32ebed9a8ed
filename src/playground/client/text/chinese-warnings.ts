/** What the service's warnings say, by their words. Names and numbers stay as they are. */
const WARNINGS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [
    /^size: (\S+) was made at (\S+), which (.+) makes well, and resized$/,
    (asked, made, model) => `尺寸：按 ${model} 擅长的 ${made} 生成，再缩放为 ${asked}`,
  ],
  [
    /^size: the input of (\S+) was resized to (\S+), the default; .*$/,
    (input, size) => `尺寸：输入图片由 ${input} 缩放为默认的 ${size}；选 auto 可保留原有像素`,
  ],
  [
    /^size: the input of (\S+) was stretched to (\S+); .*$/,
    (input, size) => `尺寸：输入图片由 ${input} 拉伸为 ${size}；选 auto 可保持长宽比`,
  ],
  [
    /^size: the picture's own, (\S+), is more than a result may have \((.+)\); all of it was resized to (\S+)$/,
    (own, limits, size) => `尺寸：原图 ${own} 超出结果的上限（${limits}），已整体缩放为 ${size}`,
  ],
  [
    /^The picture came out as (?:it|picture (\d+) of the \d+) went in: this prompt changed nothing\.(?: What the model does well, for example: (.+?)\.(?: |$))?.*$/,
    (number, examples) =>
      [
        `结果与${number === '' ? '输入图片' : `第 ${number} 张输入图片`}相同：这条提示词没有改变任何内容。`,
        ...(examples === '' ? [] : [`模型擅长的例子：${examples.split('; ').join('；')}。`]),
      ].join(''),
  ],
  [
    /^true_cfg_scale was lowered to (\S+): (.+) is not made for more guidance$/,
    (scale, model) => `遵循程度已降为 ${scale}：${model} 不支持更强的引导`,
  ],
  [
    /^negative_prompt had no effect: true_cfg_scale is at most 1, so guidance is off$/,
    () => '要避免的内容没有起作用：遵循程度不超过 1，引导未启用',
  ],
  [
    /^(num_inference_steps|true_cfg_scale) was taken to be (\S+), as the LoRA (.+?) is made for; .*$/,
    (field, value, lora) => `${field === 'true_cfg_scale' ? '遵循程度' : '步数'}取 ${value}，即 LoRA ${lora} 所需的值`,
  ],
  [/^mask kept nothing as it is: .*$/, () => '蒙版没有保留任何部分：它全部透明，因此整张图片都可能改变'],
  [/^mask_feather had no effect: there is no mask$/, () => '蒙版羽化没有起作用：没有蒙版'],
  [/^output_compression had no effect: .*$/, () => '文件质量没有起作用：它只用于 jpeg 和 webp'],
];

/** Which of an answer's pictures a warning is about, where it isn't about all. */
const RESULTS = /^Results? ([\d, ]+) of (\d+): /;

/** A warning in Chinese; null: only the service's own words are known. */
export function chineseWarning(text: string): string | null {
  const results = RESULTS.exec(text);
  const rest = text.slice(results?.[0].length ?? 0);
  for (const [words, tell] of WARNINGS) {
    const found = words.exec(rest);
    if (found === null) continue;
    const told = tell(...Array.from(found, (part: string | undefined) => part ?? '').slice(1));
    return results === null ? told : `第 ${results[1]} 个结果（共 ${results[2]} 个）：${told}`;
  }
  return null;
}
