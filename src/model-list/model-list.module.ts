import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { ModelListController } from './model-list.controller.js';

@Module({ imports: [InferenceModule], controllers: [ModelListController] })
export class ModelListModule {}
