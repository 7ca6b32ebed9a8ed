import { workerData } from 'node:worker_threads';

const CHECK_MILLISECONDS = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, CHECK_MILLISECONDS);
