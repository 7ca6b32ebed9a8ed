import { Module } from '@nestjs/common';
import { PageFiles } from './page-files.service.js';
import { PlaygroundController } from './playground.controller.js';

/** The page at `/` that edits pictures through the service's own API. */
@Module({ controllers: [PlaygroundController], providers: [PageFiles] })
export class PlaygroundModule {}
