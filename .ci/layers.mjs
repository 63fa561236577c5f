// Arrows run only downwards, and no import comes back in a circle.
import { findCircles } from './circles.mjs'
import { importsBelow } from './import-graph.mjs'
import { readWorkspaces } from './workspaces.mjs'

// From the ground up: a package imports only from floors below its own.
const FLOORS = [
  ['token-crypto'],
  ['secret-providers', 'session-stores'],
  ['migration'],
  ['fastify-secure-session', 'cli'],
]
const TESTING = 'testing'
const FASTIFY_ROOM = 'fastify-secure-session'

const floors = new Map(FLOORS.flatMap((names, floor) => names.map((name) => [name, floor])))
const workspaces = readWorkspaces()
const ours = new Map(workspaces.map(({ name, manifest }) => [manifest.name, name]))
const problems = []

for (const { folder, name } of workspaces) {
  const isPackage = folder.startsWith('packages/')
  if (isPackage && name !== TESTING && !floors.has(name)) problems.push(`${folder} has no floor: add it to FLOORS in .ci/layers.mjs`)
  const imports = importsBelow(folder)
  for (const one of imports) {
    const problem = leavesFolder(one, folder) ?? (isPackage && isSource(one, folder) ? breaksLayers(one, name) : importsApp(one))
    if (problem !== undefined) problems.push(`${one.from} imports ${one.specifier}: ${problem}`)
  }
  for (const circle of findCircles(imports)) problems.push(`these import each other in a circle: ${circle.join(', ')}`)
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
}

function isSource({ from }, folder) {
  return from.startsWith(`${folder}/src/`)
}

function leavesFolder({ from, file }, folder) {
  if (file === undefined) return undefined
  if (!file.startsWith(`${folder}/`)) return 'another workspace is imported by its name, not by its path'
  if (from.startsWith(`${folder}/src/`) && file.startsWith(`${folder}/test/`)) return 'sources do not import tests'
  return undefined
}

function breaksLayers({ packageName }, name) {
  if (packageName === undefined) return undefined
  if (isFastify(packageName)) return name === FASTIFY_ROOM ? undefined : `only ${FASTIFY_ROOM} knows Fastify`
  const target = ours.get(packageName)
  if (target === undefined) return undefined
  if (name === TESTING) return `${TESTING} imports no package of ours`
  if (target === TESTING) return `${TESTING} is for tests and apps`
  return floors.get(target) < floors.get(name) ? undefined : 'it is not on a floor below'
}

function importsApp({ packageName }) {
  const target = workspaces.find(({ manifest }) => manifest.name === packageName)
  return target === undefined || target.folder.startsWith('packages/') ? undefined : 'nothing imports an app'
}

function isFastify(packageName) {
  return packageName === 'fastify' || packageName === 'fastify-plugin' || packageName.startsWith('@fastify/')
}
