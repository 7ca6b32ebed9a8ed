import type { AppStore } from '../state/app-state.js';
import { fieldsWithLoras, usedLoras } from '../state/loras.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';
import { type OptionField, optionField } from './option-field.js';
import { optionGroups } from './option-groups.js';

/** Groups that few will want. */
const FOLDED = ['advanced', 'openai'];

/** The API's options, made from the service's own description of them. */
export function showOptions(store: AppStore): void {
  const place = byId('option-fields', HTMLElement);
  const shown = new Map<string, OptionField>();
  const set = (name: string, text: string): void => {
    const others = Object.entries(store.state.options).filter(([other]) => other !== name);
    const options = Object.fromEntries(text === '' ? others : [...others, [name, text]]);
    store.update({ options, fault: store.state.fault?.param === name ? null : store.state.fault });
  };
  byId('reset-options', HTMLButtonElement).addEventListener('click', () => store.update({ options: {}, fault: null }));

  store.watch(
    // The same fields again, of a service that was away, leave the form as it is: a user may be writing in it.
    (state) => [state.language, JSON.stringify(fieldsWithLoras(state))],
    (state) => {
      const strings = stringsOf(state);
      shown.clear();
      const groups = optionGroups(fieldsWithLoras(state)).map(([group, fields]) => {
        const rows = fields.map((field) => {
          const option = optionField(field, strings, (text) => set(field.name, text));
          shown.set(field.name, option);
          return option.row;
        });
        const legend = strings.groups[group];
        const isFolded = FOLDED.includes(group);
        const fieldset = element(
          'fieldset',
          {},
          element('legend', isFolded ? { class: 'visually-hidden' } : {}, legend),
          ...rows,
        );
        return isFolded ? element('details', { class: 'fold' }, element('summary', {}, legend), fieldset) : fieldset;
      });
      place.replaceChildren(...groups);
    },
  );
  store.watch(
    ({ language, model, options, loras }) => [language, model, options, loras],
    (state) => {
      const count = Object.keys(state.options).length + Object.keys(usedLoras(state)).length;
      byId('options-changed', HTMLElement).textContent = count === 0 ? '' : stringsOf(state).changed(count);
      byId('options', HTMLElement).hidden = state.model === null;
      for (const [name, option] of shown) option.show(state.options[name] ?? '');
    },
  );
}
