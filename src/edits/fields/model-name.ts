/** Whether `name` is what the model with this id is called: its id, or that behind an organisation, as hubs write it. */
export function isNameOf(id: string, name: string): boolean {
  if (name === id) return true;
  const [organisation = '', model, ...rest] = name.split('/');
  return organisation !== '' && model === id && rest.length === 0;
}
