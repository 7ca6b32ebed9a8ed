import { MinHeap } from './min-heap.js';

/** Two tokens that are joined, as byte-level text. */
export type Merge = readonly [string, string];

/** Room for positions in a heap key: rank · POSITIONS + position stays an exact double. */
const POSITIONS = 2 ** 28;

/**
 * Byte-level byte-pair encoding (Sennrich et al., 2016; GPT-2's bytes): a piece's bytes are joined pair by pair, the pair
 * with the earliest merge first and of equals the leftmost, until no merge applies. Time is n log n in the piece's bytes.
 */
export class BytePairEncoder {
  /** Token of each byte; −1 where the vocabulary lacks it. */
  private readonly byteTokens: Int32Array;
  /** left · vocabulary size + right → rank */
  private readonly ranks = new Map<number, number>();
  /** What each merge makes. */
  private readonly mergedTokens: Int32Array;
  private readonly size: number;

  /**
   * @param vocabulary byte-level text → token
   * @param merges in order of rank
   * @throws RangeError when a merge names a token that the vocabulary lacks
   */
  constructor(vocabulary: ReadonlyMap<string, number>, merges: readonly Merge[]) {
    this.byteTokens = Int32Array.from(byteLetters(), (letter) => vocabulary.get(letter) ?? -1);
    this.mergedTokens = new Int32Array(merges.length);
    this.size = [...vocabulary.values()].reduce((most, token) => Math.max(most, token + 1), 0);
    const tokenOf = (text: string): number => {
      const token = vocabulary.get(text);
      if (token === undefined)
        throw new RangeError(`a merge names ${JSON.stringify(text)}, which is not in the vocabulary`);
      return token;
    };
    for (const [rank, [left, right]] of merges.entries()) {
      this.ranks.set(this.pairKey(tokenOf(left), tokenOf(right)), rank);
      this.mergedTokens[rank] = tokenOf(left + right);
    }
  }

  /** Tokens of one piece of text. */
  encode(piece: string): number[] {
    const symbols = new Symbols(Int32Array.from(Buffer.from(piece, 'utf8'), (byte) => this.byteTokens[byte] ?? -1));
    const queue = new MinHeap();
    const offer = (position: number): void => {
      const rank = this.rankAt(symbols, position);
      if (rank !== undefined) queue.push(rank * POSITIONS + position);
    };
    for (let position = 0; position < symbols.length; position++) offer(position);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const position = key % POSITIONS;
      const rank = (key - position) / POSITIONS;
      // The pair may be another one by now, or gone.
      if (this.rankAt(symbols, position) !== rank) continue;
      symbols.join(position, this.mergedTokens[rank] ?? -1);
      offer(position);
      offer(symbols.before(position));
    }
    return symbols.tokens();
  }

  private rankAt(symbols: Symbols, position: number): number | undefined {
    const left = symbols.tokenAt(position);
    const right = symbols.tokenAt(symbols.after(position));
    return left < 0 || right < 0 ? undefined : this.ranks.get(this.pairKey(left, right));
  }

  private pairKey(left: number, right: number): number {
    return left * this.size + right;
  }
}

/** A piece's tokens as a doubly linked list over the positions of its bytes. */
class Symbols {
  readonly length: number;
  private readonly previous: Int32Array;
  private readonly next: Int32Array;

  /** @param current token at each position; −1 where there is none (any more) */
  constructor(private readonly current: Int32Array) {
    this.length = current.length;
    this.previous = Int32Array.from(current, (_, index) => index - 1);
    this.next = Int32Array.from(current, (_, index) => index + 1);
  }

  tokenAt(position: number): number {
    return this.current[position] ?? -1;
  }

  after(position: number): number {
    return this.next[position] ?? this.length;
  }

  before(position: number): number {
    return this.previous[position] ?? -1;
  }

  /** Puts `token` in place of the pair at `position`. */
  join(position: number, token: number): void {
    const right = this.after(position);
    const behind = this.after(right);
    this.current[position] = token;
    this.current[right] = -1;
    this.next[position] = behind;
    if (behind < this.length) this.previous[behind] = position;
  }

  tokens(): number[] {
    return Array.from(this.current).filter((token) => token >= 0);
  }
}

/** The letter by which vocabularies write each byte: itself where it prints, else one from U+0100 on. */
function byteLetters(): string[] {
  const prints = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let substitute = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : substitute++));
}
