import { ApiProperty } from '@nestjs/swagger';

/** The checkpoint's or a LoRA's own defaults under the names of an edit's fields, in the form in which a request gives them. */
export class ModelDefaultsDto {
  @ApiProperty({ example: '1024x1024', description: 'WIDTHxHEIGHT, or auto' })
  readonly size!: string;

  @ApiProperty({ type: 'integer' })
  readonly num_inference_steps!: number;

  @ApiProperty()
  readonly true_cfg_scale!: number;
}
