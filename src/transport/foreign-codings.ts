/** Content codings, registered or in use, that no transport undoes; each knows of others whether it does. */
export const FOREIGN_CODINGS: readonly string[] = [
  "compress",
  "x-compress",
  "aes128gcm",
  "exi",
  "pack200-gzip",
  "brotli",
  "bzip2",
  "lz4",
  "lzma",
  "snappy",
  "xz",
];
