const SAMPLE_MILLISECONDS = 100;

/** Tells again and again how many seconds late a timer was: what everything else in this process waited for its turn. */
export function measureEventLoopLag(tell: (seconds: number) => void): void {
  let due = performance.now() + SAMPLE_MILLISECONDS;
  setInterval(() => {
    const now = performance.now();
    tell(Math.max(0, now - due) / 1000);
    due = now + SAMPLE_MILLISECONDS;
  }, SAMPLE_MILLISECONDS).unref();
}
