import { EDIT } from './edit.js';
import { EDIT_PLUS } from './edit-plus.js';
import type { PipelineVariant } from './pipeline-variant.js';

/** The pipeline classes that are served. */
export const PIPELINE_VARIANTS: readonly PipelineVariant[] = [EDIT, EDIT_PLUS];
