/**
 * Where the language model finds each position's embedding: int32 [tokens], rows among the embedded ids [tokens, hiddenSize]
 * followed by all pictures' embeddings one picture behind the other. Image tokens take the pictures' rows in order.
 */
export function embedOrder(inputIds: Int32Array, imageTokenId: number): Int32Array {
  let nextImageRow = inputIds.length;
  return inputIds.map((id, position) => (id === imageTokenId ? nextImageRow++ : position));
}
