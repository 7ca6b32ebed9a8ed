/** Takes a value of parsed JSON for what it should be; throws an error that names its place when it is something else. */
export type Shape<T> = (value: unknown, at: string) => T;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Shaped<S extends Shapes> = { readonly [K in keyof S]: ReturnType<S[K]> };

export const number: Shape<number> = (value, at) => (typeof value === 'number' ? value : refuse(value, at, 'a number'));

export const text: Shape<string> = (value, at) => (typeof value === 'string' ? value : refuse(value, at, 'a text'));

export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(value, at, 'true or false');

/** One of these texts. */
export const oneOf =
  <const T extends string>(...choices: readonly T[]): Shape<T> =>
  (value, at) =>
    choices.find((choice) => choice === value) ?? refuse(value, at, choices.join(' or '));

export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, at) =>
    value === null ? null : shape(value, at);

export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value, at) =>
    value === undefined ? undefined : shape(value, at);

export const list =
  <T>(each: Shape<T>): Shape<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((item, index) => each(item, `${at}[${index}]`)) : refuse(value, at, 'a list');

export const pair: Shape<readonly [number, number]> = (value, at) => {
  const [first, second, ...more] = list(number)(value, at);
  if (first === undefined || second === undefined || more.length > 0) return refuse(value, at, 'two numbers');
  return [first, second];
};

export const triple: Shape<readonly [number, number, number]> = (value, at) => {
  const [first, second, third, ...more] = list(number)(value, at);
  if (first === undefined || second === undefined || third === undefined || more.length > 0) {
    return refuse(value, at, 'three numbers');
  }
  return [first, second, third];
};

/** Every value of an object, whatever its keys. */
export const map =
  <T>(each: Shape<T>): Shape<Record<string, T>> =>
  (value, at) =>
    Object.fromEntries(Object.entries(asObject(value, at)).map(([key, item]) => [key, each(item, `${at}.${key}`)]));

/** An object with these keys; others are left as they are. */
export const object =
  <S extends Shapes>(shapes: S): Shape<Shaped<S>> =>
  (value, at) => {
    const given = asObject(value, at);
    const checked = Object.entries(shapes).map(([key, shape]) => [key, shape(given[key], `${at}.${key}`)]);
    return { ...given, ...Object.fromEntries(checked) } as Shaped<S>;
  };

function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(value, at, 'an object');
  return value as Record<string, unknown>;
}

function refuse(value: unknown, at: string, expected: string): never {
  throw new Error(`${at} is ${JSON.stringify(value)}, expected ${expected}`);
}
