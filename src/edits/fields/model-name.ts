/** What OpenAI's clients send unasked: it stands for whichever model is served. */
const OPENAI_IMAGE_MODEL = /^(gpt-image-[\w.-]+|dall-e-[\w.-]+|chatgpt-image-[\w.-]+)$/;

export function isOpenAiModel(name: string): boolean {
  return OPENAI_IMAGE_MODEL.test(name);
}

/** Whether `name` is what the model with this id is called: its id, or that behind an organisation, as hubs write it. */
export function isNameOf(id: string, name: string): boolean {
  if (name === id) return true;
  const [organisation = '', model, ...rest] = name.split('/');
  return organisation !== '' && model === id && rest.length === 0;
}
