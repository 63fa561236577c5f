// Which file imports what, types included, read from the syntax tree.
import { parseSync } from 'oxc-parser'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { filesBelow, root } from './workspaces.mjs'

/**
 * @typedef {object} Import
 * @property {string} from - Importing file, path from the root.
 * @property {string} specifier - As written.
 * @property {string | undefined} file - Imported file for a relative specifier.
 * @property {string | undefined} packageName - Imported package for a bare one, such as `@fastify/cookie`.
 */

/** @returns {Import[]} every import and re-export below a folder, `import()` of a literal included */
export function importsBelow(folder) {
  return filesBelow(folder, ['.ts', '.mts', '.js', '.mjs']).flatMap((from) => {
    const { module, errors } = parseSync(from, readFileSync(`${root}/${from}`, 'utf8'))
    if (errors.length > 0) throw new Error(`${from} does not parse: ${errors[0].message}`)
    return specifiersOf(module, `${root}/${from}`).map((specifier) => ({ from, specifier, ...targetOf(from, specifier) }))
  })
}

function specifiersOf({ staticImports, staticExports, dynamicImports }, path) {
  const reexports = staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value))
  const text = dynamicImports.length > 0 ? readFileSync(path, 'utf8') : ''
  const literals = dynamicImports.map(({ moduleRequest }) => /^(['"])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2])
  return new Set([...staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexports, ...literals])
    .values()
    .filter((specifier) => specifier !== undefined)
    .toArray()
}

function targetOf(from, specifier) {
  if (specifier.startsWith('.')) return { file: join(dirname(from), specifier) }
  if (specifier.startsWith('node:')) return {}
  return { packageName: specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }
}
