import { Module } from '@nestjs/common';
import { PictureDecoder } from './picture-decoder.service.js';

/** Pictures' files to pixels. */
@Module({ providers: [PictureDecoder], exports: [PictureDecoder] })
export class DecodingModule {}
