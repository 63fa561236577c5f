// The folders of the workspace as they are on disk: a new package is checked without being named anywhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/**
 * @typedef {object} Workspace
 * @property {string} folder - Path from the root, such as `packages/token-crypto`.
 * @property {string} name - Last part of the folder, such as `token-crypto`.
 * @property {Record<string, any>} manifest - Its package.json.
 */

/** @returns {Workspace[]} in the order of their folders */
export function readWorkspaces() {
  return [...subfolders('apps'), 'docs', ...subfolders('packages')]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      name: folder.slice(folder.lastIndexOf('/') + 1),
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    }))
}

/** Files below a folder of the root whose name ends in one of these, dependencies and build output left out. */
export function filesBelow(folder, endings) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) return []
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(path, endings)
    return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : []
  })
}

function subfolders(parent) {
  if (!existsSync(join(root, parent))) return []
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
}
