import type { StorageEngine } from 'multer';
import { FileBlocks } from '../../decoding/file-blocks.js';
import type { UploadedFile } from './upload.js';

/** Where multer puts the files of one request: into memory, in the order in which they come. */
export class BlockStorage implements StorageEngine {
  readonly files: UploadedFile[] = [];

  _handleFile(...[, { fieldname, stream }, done]: Parameters<StorageEngine['_handleFile']>): void {
    const content = new FileBlocks();
    this.files.push({ field: fieldname, content });
    stream.on('data', (piece: Buffer) => content.append(piece));
    stream.on('end', () => done(null, {}));
  }

  _removeFile(...[, , done]: Parameters<StorageEngine['_removeFile']>): void {
    // Goes with the request.
    done(null);
  }
}
