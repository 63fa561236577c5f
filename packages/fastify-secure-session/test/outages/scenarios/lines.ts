import type { Proxy } from '@keyturn/testing/proxy'

type Lines = readonly Proxy[]

/** Resets what is open and refuses what is new. */
export async function cut(lines: Lines): Promise<void> {
  await Promise.all(lines.map((line) => line.cut()))
}

/** Nothing comes through, and nobody is told. */
export async function blackHole(lines: Lines): Promise<void> {
  for (const line of lines) line.blackHole()
}

export async function restore(lines: Lines): Promise<void> {
  await Promise.all(lines.map((line) => line.restore()))
}
