import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { ExamplesController } from './examples.controller.js';
import { ModelListController } from './model-list.controller.js';
import { ModelList } from './model-list.service.js';

@Module({
  imports: [InferenceModule],
  controllers: [ModelListController, ExamplesController],
  providers: [ModelList],
  exports: [ModelList],
})
export class ModelListModule {}
