// Addresses as npm `usocket` takes them.

/** A path, or an abstract name behind a NUL. */
export function addressOf(path: string): { path: string } | { abstract: string } {
  return path.startsWith("\0") ? { abstract: path.slice(1) } : { path };
}
