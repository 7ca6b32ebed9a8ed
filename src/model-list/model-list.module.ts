import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { ExamplesController } from './examples.controller.js';
import { ModelListController } from './model-list.controller.js';

@Module({ imports: [InferenceModule], controllers: [ModelListController, ExamplesController] })
export class ModelListModule {}
