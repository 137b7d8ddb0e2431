/** The chunks of a stream. Not every browser can iterate over one by itself. Who stops early cancels it. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    // What fails now fails for nobody: who asked for it has gone.
    if (!ended) await reader.cancel().catch(() => {});
  }
}

/** How many bytes a stream has, by reading all of it. */
export async function lengthOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of chunksOf(stream)) length += chunk.length;
  return length;
}
