// @ts-check
/**
 * Builds both images from a clean clone of the last commit with Docker, and runs them as an operator does: the CPU's as it is on a
 * read-only root, with an edit, probes, an end in the middle of an edit, and gRPC; `doctor` in both; and Compose, with a .env, and
 * its profile `scale`: Redis, a service and two workers.
 *
 *     node scripts/check-containers.mjs [--host-network] [--without-cuda]
 *
 * --host-network: for a daemon without a network of its own; builds and containers use the host's. --without-cuda: not the GPU's
 * image, for which gigabytes are fetched. Compose is `docker compose`, or the program that COMPOSE names; without one it is left
 * out, which is said.
 */
import { build, CPU, CUDA, withClone } from './containers/docker.mjs';
import { composeVersion, runCompose, runScale } from './containers/compose.mjs';
import { examineCuda, runCpu, runDoctor, runGrpc } from './containers/images.mjs';

try {
  await withClone(async (clone) => {
    await build(clone, 'cpu', CPU);
    await runCpu();
    await runGrpc();
    await runDoctor();
    const version = await composeVersion();
    if (version === null) console.log('- Compose is not here');
    else {
      console.log(`- Compose ${version}`);
      await runCompose(clone);
      await runScale(clone);
    }
    if (process.argv.includes('--without-cuda')) return;
    await build(clone, 'cuda', CUDA);
    await examineCuda();
  });
} catch (error) {
  console.log(`✗ ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
