import { ApiProperty } from '@nestjs/swagger';

const DetailsProperty = (): PropertyDecorator =>
  ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      "One entry for each health indicator, with `status` up or down: `model`, up when edits are served, and `engine-0`, `engine-1` … for the engines, with their `state`, and `device`, `precision` and `gpus` (CUDA's numbers of those that are its own) or why it is down in `message`",
    example: {
      model: { status: 'up', state: 'ready', id: 'Qwen/Qwen-Image-Edit', device: 'cuda', precision: 'int4' },
      'engine-0': { status: 'up', state: 'ready', device: 'cuda', precision: 'int4', gpus: [0] },
      'engine-1': { status: 'down', state: 'loading', message: 'loading: denoiser, 6 of 7' },
    },
  });

export class HealthDto {
  @ApiProperty({ enum: ['healthy'] })
  readonly status = 'healthy';

  @ApiProperty({ type: String, format: 'date-time' })
  readonly timestamp = new Date().toISOString();

  @ApiProperty({ description: 'Version of the service' })
  readonly version: string;

  constructor(version: string) {
    this.version = version;
  }
}

export class ReadyDto {
  @ApiProperty({ enum: ['ready'] })
  readonly status!: 'ready';

  @DetailsProperty()
  readonly details!: Record<string, unknown>;
}

export class NotReadyDto {
  @ApiProperty({ enum: ['not_ready'] })
  readonly status!: 'not_ready';

  @ApiProperty({ example: 'Failed to load model: …' })
  readonly reason!: string;

  @DetailsProperty()
  readonly details!: Record<string, unknown>;
}
