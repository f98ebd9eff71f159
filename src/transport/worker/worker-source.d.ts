/** The source text of `worker.ts` with all it imports: brotli, base64. Made by scripts/bundle-worker.mjs. */
export const compressedSource: string;
