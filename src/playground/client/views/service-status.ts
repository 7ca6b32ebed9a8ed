import type { AppState, AppStore } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';

/** Shows whether the service is there and ready, and what to do about it where it isn't. */
export function showServiceStatus(store: AppStore, enterKey: () => void): void {
  const status = byId('status', HTMLElement);
  const notice = byId('notice', HTMLElement);
  const name = byId('model-name', HTMLElement);
  const modelNotice = byId('model-notice', HTMLElement);
  store.watch(
    ({ language, model }) => [language, model],
    ({ language, model }) => {
      modelNotice.textContent = model?.notice?.[language] ?? '';
      modelNotice.hidden = modelNotice.textContent === '';
    },
  );
  store.watch(
    ({ language, service, model, lacksKey }) => [language, service, model, lacksKey],
    (state) => {
      const strings = stringsOf(state);
      const { kind } = state.service;
      status.textContent = strings.status[kind];
      status.className = `status ${kind}`;
      name.textContent = state.model?.id ?? strings.page.intro;
      const text = noticeText(state, strings);
      notice.hidden = text === '';
      const reason = kind === 'failed' ? [element('span', { lang: 'en' }, state.service.reason)] : [];
      notice.replaceChildren(
        text,
        ' ',
        ...reason,
        ...(needsKey(state) ? [button({}, strings.enterKey, enterKey)] : []),
      );
    },
  );
}

function needsKey({ lacksKey, service }: AppState): boolean {
  return lacksKey && service.kind === 'ready';
}

function noticeText(state: AppState, { notices }: Strings): string {
  const { kind } = state.service;
  if (needsKey(state)) return notices.lacksKey;
  return kind === 'ready' || kind === 'connecting' ? '' : notices[kind];
}
