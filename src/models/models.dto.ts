import { ApiProperty } from '@nestjs/swagger';

export class ModelDto {
  @ApiProperty({ description: 'What the field `model` of an edit may name' })
  readonly id!: string;

  @ApiProperty({ enum: ['model'] })
  readonly object!: 'model';

  @ApiProperty({ description: 'When the service started, in seconds since 1970' })
  readonly created!: number;

  @ApiProperty()
  readonly owned_by!: string;
}

export class ModelListDto {
  @ApiProperty({ enum: ['list'] })
  readonly object!: 'list';

  @ApiProperty({ type: [ModelDto] })
  readonly data!: ModelDto[];
}
