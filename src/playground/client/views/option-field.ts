import type { EditField } from '../service/edit-fields.js';
import { PAGE_DEFAULTS } from '../service/edit-request.js';
import type { Strings } from '../text/english.js';
import { element } from './dom.js';

/** Ranges that a slider's few pixels can tell apart. */
const MOST_SLIDER_STOPS = 200;

/** One option's label, control, hint and place for its fault. */
export interface OptionField {
  readonly row: HTMLElement;
  /** Shows a text as the option's; empty is its default. */
  show(text: string): void;
}

/**
 * Makes an option's part of the form. Texts go to the service as they are typed: what is wrong with one, the service says.
 * @param changed called with the text that the user gives it; empty is the default
 */
export function optionField(field: EditField, strings: Strings, changed: (text: string) => void): OptionField {
  const { name } = field;
  const label = element('label', { for: `option-${name}` }, strings.labels[name] ?? name);
  const code = name in strings.labels ? [element('code', {}, name)] : [];
  const controls = field.kind === 'choice' ? choice(field, strings) : text(field, strings);
  for (const control of controls) {
    control.addEventListener(control instanceof HTMLSelectElement ? 'change' : 'input', () => {
      changed(control.value);
      show(control.value);
    });
  }
  const show = (value: string): void => {
    for (const control of controls) {
      const shown = value === '' && control.type === 'range' ? (defaultOf(field) ?? '') : value;
      if (control.value !== shown) control.value = shown;
    }
  };
  show('');
  const row = element(
    'div',
    { class: field.kind === 'text' ? 'option long' : 'option' },
    element('div', { class: 'row' }, label, ...code),
    element('div', { class: 'control' }, ...controls),
    ...(field.kind === 'text' && field.choices.length > 0 ? [choiceList(field)] : []),
    element('p', { class: 'hint', id: `option-${name}-hint` }, hint(field, strings)),
    element('p', { class: 'fault', id: `option-${name}-fault`, role: 'alert' }),
  );
  return { row, show };
}

/** What a text's box offers. */
function choiceList({ name, choices }: EditField): HTMLElement {
  return element('datalist', { id: listOf(name) }, ...choices.map((value) => element('option', { value })));
}

function listOf(name: string): string {
  return `option-${name}-list`;
}

function defaultOf({ name, fallback }: EditField): string | null {
  return PAGE_DEFAULTS[name] ?? fallback;
}

function describedBy({ name }: EditField): Record<string, string> {
  // Enter in a box runs the edit.
  return {
    id: `option-${name}`,
    name,
    form: 'edit-form',
    'aria-describedby': `option-${name}-hint option-${name}-fault`,
  };
}

function choice(field: EditField, strings: Strings): HTMLSelectElement[] {
  const fallback = defaultOf(field);
  const others = field.choices.filter((value) => value !== fallback);
  return [
    element(
      'select',
      describedBy(field),
      element('option', { value: '' }, fallback === null ? strings.unset : strings.fallback(fallback)),
      ...others.map((value) => element('option', { value }, value)),
    ),
  ];
}

/** A text box; beside it a slider where the range is a short one, for those who can use a pointer. */
function text(field: EditField, strings: Strings): HTMLInputElement[] {
  const { name, kind, minimum, maximum } = field;
  const fallback = defaultOf(field);
  const placeholder = fallback ?? (name === 'seed' ? strings.random : strings.unset);
  const list = field.choices.length > 0 ? { list: listOf(name) } : {};
  const inputmode = kind === 'whole' ? 'numeric' : kind === 'number' ? 'decimal' : 'text';
  const box = element('input', {
    type: 'text',
    autocomplete: 'off',
    inputmode,
    placeholder,
    ...describedBy(field),
    ...list,
  });
  if (kind !== 'whole' || minimum === null || maximum === null || maximum - minimum > MOST_SLIDER_STOPS) return [box];
  const range = { min: String(minimum), max: String(maximum), step: '1' };
  return [element('input', { type: 'range', tabindex: '-1', 'aria-hidden': 'true', ...range }), box];
}

function hint(field: EditField, strings: Strings): string {
  const { name, minimum, maximum, description } = field;
  const meaning = strings.hints[name] ?? description.replaceAll('`', '');
  return minimum === null ? meaning : `${strings.range(minimum, maximum)} · ${meaning}`;
}
