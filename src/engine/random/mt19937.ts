const STATE_WORDS = 624;
const SHIFT_WORDS = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded as torch's CPU generator does it:
 * `init_genrand` with the seed's low 32 bits.
 */
export class Mt19937 {
  private readonly state = new Uint32Array(STATE_WORDS);
  private next = STATE_WORDS;

  constructor(seed: number) {
    let word = seed >>> 0;
    this.state[0] = word;
    for (let index = 1; index < STATE_WORDS; index++) {
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + index) >>> 0;
      this.state[index] = word;
    }
  }

  /** The next unsigned 32-bit number. */
  nextUint32(): number {
    if (this.next === STATE_WORDS) this.twist();
    let word = this.state[this.next++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** A float32 in [0, 1): 24 bits of one draw. */
  nextFloat(): number {
    return (this.nextUint32() & 0xffffff) / 0x1000000;
  }

  /** A double in [0, 1): 53 bits of two draws, the high half first. */
  nextDouble(): number {
    const high = this.nextUint32() & 0x1fffff;
    return (high * 0x100000000 + this.nextUint32()) / 0x20000000000000;
  }

  private twist(): void {
    const { state } = this;
    for (let index = 0; index < STATE_WORDS; index++) {
      const upper = state[index] ?? 0;
      const lower = state[(index + 1) % STATE_WORDS] ?? 0;
      const mixed = (upper & 0x80000000) | (lower & 0x7fffffff);
      const far = state[(index + SHIFT_WORDS) % STATE_WORDS] ?? 0;
      state[index] = far ^ (mixed >>> 1) ^ ((lower & 1) === 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
