import { FaultError } from '../service/fault.js';
import type { ServiceClient } from '../service/service-client.js';
import type { AppStore, Example } from '../state/app-state.js';
import { setPictures, newPicture } from '../state/pictures.js';
import type { Language } from '../text/language.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';
import { servicePicture } from './picture-sources.js';

const MOST = 3;

/** What an empty stage shows: how pictures come in, and edits of the served model that a click runs. */
export function showExamples(store: AppStore, client: ServiceClient, run: () => void): void {
  const list = byId('example-list', HTMLUListElement);
  const load = filesOf(client);
  store.watch(
    ({ pictures, run: running, shown, grid }) => [
      pictures.length === 0 && running === null && shown === null && grid === null,
    ],
    ({ pictures, run: running, shown, grid }) => {
      byId('welcome', HTMLElement).hidden = pictures.length > 0 || running !== null || shown !== null || grid !== null;
    },
  );
  store.watch(
    // The same examples again, of a service that was away, leave the list as it is.
    ({ language, model }) => [language, JSON.stringify([model?.examples, model?.suggestions])],
    (state) => {
      const { language, model } = state;
      const examples = model === null ? [] : examplesOf(store);
      byId('examples', HTMLElement).hidden = examples.length === 0;
      list.replaceChildren(
        ...examples.map((example) => {
          const act = async (): Promise<void> => {
            const file = await load(example.before);
            setPictures(store, [newPicture(file, { kind: 'service', path: example.before })]);
            store.update({ prompt: example.prompt[language] });
            run();
          };
          const label = stringsOf(state).runExample(example.prompt[language]);
          const card = button({ class: 'example', 'aria-label': label }, '', () => void act().catch(tell(store)));
          card.append(
            ...pictures(example, load),
            element('span', { class: 'words', ...chinese(example.prompt[language]) }, example.prompt[language]),
          );
          return element('li', {}, card);
        }),
      );
    },
  );
}

/** The model's own; where it has none, what it is asked for most, with the sample picture. */
function examplesOf({ state }: AppStore): readonly Example[] {
  const { model, language } = state;
  if (model === null) return [];
  if (model.examples.length > 0) return model.examples.slice(0, MOST);
  const path = byId('sample', HTMLButtonElement).value;
  const prompts = stringsOf(state).examplePrompts;
  const other: Language = language === 'en' ? 'zh' : 'en';
  return prompts.map((prompt) => ({
    prompt: { [language]: prompt, [other]: prompt } as Example['prompt'],
    before: path,
    after: null,
  }));
}

/** The files of paths of the service, each fetched once. */
function filesOf(client: ServiceClient): (path: string) => Promise<File> {
  const files = new Map<string, Promise<File>>();
  return (path) => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const file = client.send(path).then((response) => servicePicture(response, path));
    files.set(path, file);
    file.catch(() => files.delete(path));
    return file;
  };
}

/** Before, and over its right half what became of it. */
function pictures({ before, after }: Example, load: (path: string) => Promise<File>): HTMLElement[] {
  const paths = after === null ? [before] : [before, after];
  const images = paths.map((path, place) => {
    const image = element('img', { alt: '', class: place === 0 ? 'was' : 'is' });
    load(path).then(
      (file) => (image.src = URL.createObjectURL(file)),
      // The words say it, too.
      () => image.remove(),
    );
    return image;
  });
  return [element('span', { class: 'pair' }, ...images)];
}

function tell(store: AppStore): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof FaultError)) throw error;
    store.update({ fault: error.fault });
  };
}

export function chinese(text: string): Record<string, string> {
  return /\p{Script=Han}/u.test(text) ? { lang: 'zh-Hans' } : { lang: 'en' };
}
