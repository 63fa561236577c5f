// What is checked besides the tests.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { readWorkspaces, root } from './workspaces.mjs'

/** @type {import('./runner.mjs').Check[]} */
export const checks = [
  { name: 'lint', commands: () => [['oxlint']] },
  { name: 'types of sources', commands: () => [['tsc', '-b', ...projects('tsconfig.json')]] },
  { name: 'types of tests and pages', commands: () => [...projects('test/tsconfig.json'), ...projects('tsconfig.browser.json')].map((path) => ['tsc', '-p', path]) },
  { name: 'layers and circles', commands: () => [['node', '.ci/layers.mjs']] },
  { name: 'unused files, exports and dependencies', commands: () => [['knip']] },
  { name: 'package contents', commands: () => [['node', '.ci/package-contents.mjs']] },
  { name: 'documentation site', commands: () => [pnpm('docs:build')] },
]

function projects(file) {
  return readWorkspaces()
    .map(({ folder }) => `${folder}/${file}`)
    .filter((path) => existsSync(join(root, path)))
}
