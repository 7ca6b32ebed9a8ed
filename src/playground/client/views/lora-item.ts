import type { ServedLora } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { element } from './dom.js';

/** Where strengths mostly lie; the box beside the slider takes all that the service does. */
const SLIDER = { min: '-1', max: '2', step: '0.05' };

/** A LoRA's switch and strength. */
export interface LoraItem {
  readonly row: HTMLLIElement;
  /**
   * Shows a strength as the LoRA's, as it is written; empty is its default, null: it isn't used.
   * @param isUsable whether it can be used, or is
   */
  show(scale: string | null, isUsable: boolean): void;
}

/** @param changed called with the strength that the user gives it, as in `show` */
export function loraItem(
  { name, description, defaultScale, refused }: ServedLora,
  index: number,
  strings: Strings,
  changed: (scale: string | null) => void,
): LoraItem {
  const id = `lora-${index}`;
  const toggle = element('input', { type: 'checkbox', role: 'switch', id, 'aria-describedby': `${id}-hint` });
  toggle.addEventListener('change', () => changed(toggle.checked ? '' : null));
  const label = { 'aria-label': strings.loraScale(name) };
  const slider = element('input', { type: 'range', ...SLIDER, ...label });
  const box = element('input', {
    type: 'text',
    inputmode: 'decimal',
    autocomplete: 'off',
    id: `${id}-scale`,
    placeholder: String(defaultScale),
    ...label,
  });
  for (const control of [slider, box]) control.addEventListener('input', () => changed(control.value));
  const strength = element('div', { class: 'control' }, slider, box);
  const row = element(
    'li',
    {},
    element('label', { class: 'switch' }, toggle, ' ', name),
    element('p', { class: refused === null ? 'hint' : 'hint refused', id: `${id}-hint` }, refused ?? description ?? ''),
    strength,
  );
  const show = (scale: string | null, isUsable: boolean): void => {
    toggle.checked = scale !== null;
    toggle.disabled = !isUsable;
    strength.hidden = scale === null;
    const text = scale ?? '';
    if (box.value !== text) box.value = text;
    const place = text === '' ? String(defaultScale) : text;
    if (slider.value !== place) slider.value = place;
  };
  return { row, show };
}
