import { ApiProperty } from '@nestjs/swagger';

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

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'One entry for each health indicator' })
  readonly details!: Record<string, unknown>;
}

export class NotReadyDto {
  @ApiProperty({ enum: ['not_ready'] })
  readonly status!: 'not_ready';

  @ApiProperty({ example: 'Failed to load model: …' })
  readonly reason!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'One entry for each health indicator' })
  readonly details!: Record<string, unknown>;
}
