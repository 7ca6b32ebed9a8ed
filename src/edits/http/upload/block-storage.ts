import type { StorageEngine } from 'multer';
import { FileBlocks } from '../../fields/file-blocks.js';
import { runningUpload } from './running-upload.js';

/** Where multer puts files: into memory, with the upload that they belong to. */
export const BLOCK_STORAGE: StorageEngine = {
  _handleFile(request, { fieldname, stream }, done) {
    const content = new FileBlocks();
    runningUpload(request).files.push({ field: fieldname, content });
    stream.on('data', (piece: Buffer) => content.append(piece));
    stream.on('end', () => done(null, {}));
  },

  _removeFile(_request, _file, done) {
    // Goes with the request.
    done(null);
  },
};
