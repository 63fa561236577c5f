import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Binary, BinaryRole } from './binary-role.ts'

/** The program that starts all others of an image: with it they run on a system with another C library, or none. */
const LOADERS: Readonly<Record<string, string>> = { x64: 'lib64/ld-linux-x86-64.so.2', arm64: 'lib/ld-linux-aarch64.so.1' }

/** The program in a folder of unpacked packages, with the folders of its libraries. */
export function inPackages(role: BinaryRole, root: string, origin: Binary['origin']): Binary | undefined {
  if (!existsSync(root)) return undefined
  const path = role.debian.paths.map(name => isAbsolute(name) ? name : join(root, name)).find(name => existsSync(name))
  if (path === undefined) return undefined
  const libraries = libraryFolders(root).join(':')
  const env = { ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }), ...role.debian.env?.(root) }
  return { command: path, args: [], env, origin, root }
}

/** The program in a folder with an image's files. */
export function inImage(role: BinaryRole, root: string, origin: Binary['origin']): Binary | undefined {
  const loader = join(root, LOADERS[process.arch] ?? 'none')
  const path = join(root, role.docker?.path ?? 'none')
  if (!existsSync(loader) || !existsSync(path)) return undefined
  return { command: loader, args: ['--library-path', libraryFolders(root).join(':'), path], env: {}, origin, root }
}

/** Folders with shared libraries, those of the architecture and one level below. */
function libraryFolders(root: string): string[] {
  const bases = ['lib', 'usr/lib'].map(name => join(root, name)).filter(path => existsSync(path))
  const triplets = bases.flatMap(base => foldersIn(base).filter(path => /-linux-gnu[^/]*$/.test(path)))
  return triplets.flatMap(path => [path, ...foldersIn(path)]).filter(path => readdirSync(path).some(name => /\.so(\.|$)/.test(name)))
}

function foldersIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(entry => join(path, entry.name))
}
