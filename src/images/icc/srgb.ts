/** sRGB's value, 0–1, of linear light. Source: IEC 61966-2-1. */
export function encodeSrgb(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

/**
 * Linear light of sRGB's red, green and blue from X, Y and Z under D50, row by row: the inverse of the colorants that every
 * sRGB profile has, Bradford-adapted from D65.
 */
const FROM_XYZ = inverse([
  0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733,
]);

/** `matrix` (colours to XYZ of D50, row by row) continued to linear light of sRGB. */
export function toLinearSrgb(matrix: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) =>
      [0, 1, 2].reduce((sum, k) => sum + (FROM_XYZ[row * 3 + k] ?? 0) * (matrix[k * 3 + column] ?? 0), 0),
    ),
  );
}

/** Linear light of sRGB's red, green and blue of X, Y and Z under D50. */
export function linearSrgbOf(x: number, y: number, z: number): [number, number, number] {
  const row = (from: number): number =>
    (FROM_XYZ[from] ?? 0) * x + (FROM_XYZ[from + 1] ?? 0) * y + (FROM_XYZ[from + 2] ?? 0) * z;
  return [row(0), row(3), row(6)];
}

function inverse([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0]: readonly number[]): number[] {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].flatMap((row) => row.map((value) => value / determinant));
}
