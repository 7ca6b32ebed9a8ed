import { EDIT } from './edit.js';
import type { PipelineVariant } from './pipeline-variant.js';

/** The pipeline classes that are served. */
export const PIPELINE_VARIANTS: readonly PipelineVariant[] = [EDIT];
