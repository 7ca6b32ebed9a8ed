import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { PACKAGE_DESCRIPTION, PACKAGE_VERSION } from '../program/program-files.js';

const NOTES = `Every answer carries X-Request-Id: the caller's, if it is 1–128 letters, digits, dots, dashes or underscores, else a fresh one.
Every error has the same envelope, also where no route lists it: 404 NOT_FOUND, 405 METHOD_NOT_ALLOWED (with Allow),
408 REQUEST_INCOMPLETE, 431 HEADERS_TOO_LARGE. 503 comes with Retry-After; 500 with \`x-should-retry: false\`.
An edit's Server-Timing header holds the wait for the engine and the model's time by stage.`;

const TAGS = {
  images: 'Edits',
  jobs: 'Edits that were asked for with Prefer: respond-async',
  models: 'What is served',
  health: 'Probes and figures; they need no key',
};

/**
 * What the document says of the service as a whole.
 * @param needsKey false: none is set. The key's forms are described nevertheless, so that a client that is generated from such
 * a service knows how to send one to another
 */
export function describeService(needsKey: boolean): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    // Its schemas can say what an event's data hold.
    .setOpenAPIVersion('3.1.0')
    .setTitle('Qwen image editing')
    .setDescription(`${PACKAGE_DESCRIPTION}\n\n${NOTES}`)
    .setVersion(PACKAGE_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    // Wherever the document was fetched from, whatever proxy stands before it.
    .addServer('/')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Any user name, or none; the key as password' })
    .addSecurity('bearer', { type: 'http', scheme: 'bearer', description: 'The key' });
  if (!needsKey) builder.addSecurityRequirements({});
  builder.addSecurityRequirements('basic').addSecurityRequirements('bearer');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  return builder.build();
}
