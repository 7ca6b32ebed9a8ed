import { describe, expect, test } from '@jest/globals';
import { NamedLoras, parseLoras, UnreadableLoras } from '../../../../src/edits/fields/lora/named-loras.js';

/** Names and scales that the field's text was read as, or why it can't be read. */
function read(text: string): unknown {
  const value = parseLoras(text);
  if (value instanceof NamedLoras) return value.list.map(({ name, scale }) => [name, scale]);
  if (value instanceof UnreadableLoras) return value.fault;
  throw new Error(`Read as ${JSON.stringify(value)}`);
}

describe('the field lora', () => {
  test.each<[text: string, loras: [name: string, scale: number | null][]]>([
    ['style', [['style', null]]],
    ['style:0.8', [['style', 0.8]]],
    ['style:-4', [['style', -4]]],
    ['style:4', [['style', 4]]],
    ['style:0', [['style', 0]]],
    ['style:.5', [['style', 0.5]]],
    ['Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16', [['Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16', null]]],
    ['a name: with spaces:1', [['a name: with spaces', 1]]],
    ['水墨:0.5', [['水墨', 0.5]]],
    ['{"name": "style", "scale": 0.8}', [['style', 0.8]]],
    ['{"scale": -1e-1, "name": "style"}', [['style', -0.1]]],
    ['{"name": "style"}', [['style', null]]],
    ['{"name": "style", "scale": null}', [['style', null]]],
    ['{"name": "a:b"}', [['a:b', null]]],
    [' \n[{"name": "a", "scale": 1}]', [['a', 1]]],
    [
      '["a", "b:0.5", {"name": "c", "scale": -2}, {"name": "d"}]',
      [
        ['a', null],
        ['b', 0.5],
        ['c', -2],
        ['d', null],
      ],
    ],
    ['[]', []],
  ])('%s', (text, loras) => {
    expect(read(text)).toEqual(loras);
  });

  const SCALE = "lora: the scale of 'style' must be a number from -4 to 4, not ";
  test.each<[text: string, fault: string | RegExp]>([
    ['style:', `${SCALE}''`],
    ['style:4.01', `${SCALE}4.01`],
    ['style:-5', `${SCALE}-5`],
    ['style:NaN', `${SCALE}'NaN'`],
    ['style:Infinity', `${SCALE}'Infinity'`],
    ['style:0,8', `${SCALE}'0,8'`],
    ['style: 1', `${SCALE}' 1'`],
    ['style:strong', `${SCALE}'strong'`],
    ['{"name":"style","scale":"0.8"}', `${SCALE}'0.8'`],
    ['{"name":"style","scale":4.5}', `${SCALE}4.5`],
    ['{"name":"style","scale":1e999}', `${SCALE}Infinity`],
    ['{"name":"style","scale":[1]}', `${SCALE}an array`],
    ['{"name":"style","scale":true}', `${SCALE}true`],
    [':0.8', 'lora: a name must not be empty'],
    ['{"name":""}', 'lora: a name must not be empty'],
    ['{"name":5}', 'lora: name must be a string, not 5'],
    ['{"scale":1}', 'lora: an object must have a name, as {"name": "style", "scale": 0.8}'],
    ['{}', /^lora: an object must have a name/],
    ['{"name":"style","weight":1}', /^lora: 'weight' is unknown: an object has name and scale/],
    ['{"name":"style","__proto__":1}', /^lora: '__proto__' is unknown/],
    ['{"name":"a","name":"b"}', "lora: 'name' must be given only once in an object"],
    ['["c",{"name":"a","scale":1,"scale":2}]', "lora: 'scale' must be given only once in an object"],
    ['[5]', /^lora must be names or objects such as .*, not 5$/],
    ['[["a"]]', /^lora must be names or objects such as .*, not an array$/],
    ['[null]', /^lora must be names or objects such as .*, not null$/],
    ['{"name":"style"', /^lora must be a name, NAME:SCALE, or JSON such as \{"name": "style", "scale": 0\.8\}: \w/],
    ['{"name":"style","scale":NaN}', /^lora must be a name, NAME:SCALE, or JSON such as .*: \w/],
    ["{'name':'style'}", /^lora must be a name, NAME:SCALE, or JSON/],
    ['["a","b","c","d","e"]', 'lora must name at most 4 LoRAs, 5 were given'],
    ['["a","b","a:0.5"]', "lora must name 'a' only once"],
    ['[{"name":"a"},{"name":"a","scale":2}]', "lora must name 'a' only once"],
    ['../style', "lora must be a name, and '../style' is a path or a URL"],
    ['C:\\loras\\style:1', "lora must be a name, and 'C:\\loras\\style:1' is a path or a URL"],
    ['https://example.com/a.safetensors', /is a path or a URL$/],
    ['{"name":"user/style","scale":1}', "lora must be a name, and 'user/style' is a path or a URL"],
  ])('%j is refused', (text, fault) => {
    if (typeof fault === 'string') expect(read(text)).toBe(fault);
    else expect(read(text)).toMatch(fault);
  });

  test('what is too long', () => {
    expect(read('x'.repeat(10_001))).toBe('lora must have at most 10000 characters, 10001 were given');
  });

  test('an error repeats the beginning of a long value, on one line', () => {
    expect(read(`style:${'\n"'.repeat(100)}`)).toBe(`${SCALE}'${'\\n"'.repeat(30)}…'`);
  });

  test('deeply nested JSON is refused quickly', () => {
    expect(read('['.repeat(10_000))).toMatch(/^lora must be a name/);
    expect(read(`${'['.repeat(5000)}${']'.repeat(5000)}`)).toMatch(/^lora must be names or objects/);
    expect(read(`{"name":"a","b":${'['.repeat(4000)}${']'.repeat(4000)}}`)).toMatch(/^lora: 'b' is unknown/);
  });

  test('what is no text is left to the rules', () => {
    expect(parseLoras(undefined)).toBeUndefined();
    expect(parseLoras(['a', 'b'])).toEqual(['a', 'b']);
  });
});
