/** What GET /metrics tells: values by name and labels, and the kind of each metric by its name. */
export interface Scrape {
  readonly values: ReadonlyMap<string, number>;
  readonly kinds: ReadonlyMap<string, string>;
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', kind = '']) => [name, kind]));
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const values = new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
  return { values, kinds };
}

/** The value of one series now. */
export async function metric(url: string, series: string): Promise<number | undefined> {
  return (await scrape(url)).values.get(series);
}

/** Waits until one series has this value, or more. */
export async function metricReaches(url: string, series: string, value: number): Promise<void> {
  while (((await metric(url, series)) ?? 0) < value) await new Promise((resolve) => setTimeout(resolve, 10));
}
