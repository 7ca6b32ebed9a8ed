export type OutputFormat = 'png' | 'jpeg' | 'webp';
