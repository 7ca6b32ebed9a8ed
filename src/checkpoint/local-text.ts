import type { LocalText } from '../protocol/model-info.js';
import type { ConfigReader } from './config-reader.js';

/**
 * A text in English and in Chinese, where that is absent in English.
 * @param most characters
 * @throws CheckpointError that names the key
 */
export function parseLocalText(config: ConfigReader, key: string, most: number): LocalText {
  const text = config.section(key);
  if (text === undefined) {
    config.refuse(key, 'an object with "en", and "zh" if you like');
  }
  for (const language of text.keys()) {
    if (language !== 'en' && language !== 'zh') {
      throw text.error(language, 'is not known; known are en, zh');
    }
  }
  const en = parseSentence(text, 'en', most);
  return { en, zh: text.has('zh') ? parseSentence(text, 'zh', most) : en };
}

function parseSentence(text: ConfigReader, language: keyof LocalText, most: number): string {
  const sentence = text.raw(language);
  // One line: it stands in logs, too.
  const isSentence = typeof sentence === 'string' && sentence.trim() !== '' && !/\p{Cc}/u.test(sentence);
  if (!isSentence || sentence.length > most) {
    text.refuse(language, `a text of one line and at most ${most} characters`);
  }
  return sentence.trim();
}
