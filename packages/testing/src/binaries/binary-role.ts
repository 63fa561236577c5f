/** A program that a test needs, and where it may come from. */
export interface BinaryRole {
  /** Also the name of its folder in the cache. */
  readonly name: string
  /** Environment variable that gives its path. */
  readonly variable: string
  /** Names to look for on PATH, and paths to look at after it. */
  readonly candidates: readonly string[]
  /** What shows that it runs: arguments after which it ends with `code`, by default 0, and what it then prints. */
  readonly probe: { readonly args: readonly string[], readonly prints: RegExp, readonly code?: number }
  readonly debian: DebianSource
  /** Image that carries it, and its path in there. Absent: no image serves. */
  readonly docker?: { readonly image: string, readonly path: string }
  /** What a person can do, e.g. `apt-get install redis-server`. */
  readonly remedy: string
}

/** Debian packages that carry the program. */
export interface DebianSource {
  readonly packages: readonly string[]
  /** Where it is below the folder that they are unpacked in; an absolute path is one of the system. */
  readonly paths: readonly string[]
  /** Variables that it needs to find what was unpacked with it. */
  readonly env?: (root: string) => Readonly<Record<string, string>>
}

/** A program that was seen running. */
export interface Binary {
  readonly command: string
  /** Arguments that come before all others. */
  readonly args: readonly string[]
  /** Variables that it needs beside the usual ones. */
  readonly env: Readonly<Record<string, string>>
  /** Where it was found. */
  readonly origin: 'variable' | 'path' | 'cache' | 'debian' | 'docker'
  /** Folder that it was unpacked in with all it needs, when it does not come from the system. */
  readonly root?: string
}

export type Environment = Readonly<Record<string, string | undefined>>
