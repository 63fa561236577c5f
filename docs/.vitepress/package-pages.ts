import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One page of the site for one published package: its README. */
export interface PackagePage {
  /** Folder of the package, and last part of the page's address. */
  readonly name: string
  readonly description: string
  readonly markdown: string
}

const PACKAGES = join(import.meta.dirname, '../../packages')
const PAGES = join(import.meta.dirname, '../packages')
const OWN_PAGE = 'index.md'

/** Where the README of a package is. */
export function readmeOf(name: string, folder: string = PACKAGES): string {
  return join(folder, name, 'README.md')
}

/**
 * Reads the README of every published package.
 *
 * @throws {Error} naming each README that is missing, or lacks its title or its `## Usage`.
 */
export function readPackagePages(folder: string = PACKAGES): PackagePage[] {
  const found = readdirSync(folder).toSorted().map((name) => readPackage(folder, name)).filter((one) => one !== undefined)
  const problems = found.flatMap(({ name, readme }) => problemsOf(readme).map((problem) => `packages/${name}/README.md ${problem}`))
  if (problems.length > 0) throw new Error(`These package pages cannot be shown:\n${problems.join('\n')}`)
  return found.map(({ name, description, readme = '' }) => ({ name, description, markdown: rewriteLinks(readme) }))
}

/** Writes the page of every published package, and removes those of packages that are gone. */
export function writePackagePages(): PackagePage[] {
  const pages = readPackagePages()
  for (const file of readdirSync(PAGES)) {
    const isStale = file.endsWith('.md') && file !== OWN_PAGE && !pages.some(({ name }) => file === `${name}.md`)
    if (isStale) rmSync(join(PAGES, file))
  }
  for (const { name, markdown } of pages) writeIfNew(join(PAGES, `${name}.md`), markdown)
  return pages
}

interface FoundPackage {
  readonly name: string
  readonly description: string
  readonly readme: string | undefined
}

function readPackage(folder: string, name: string): FoundPackage | undefined {
  const manifest = readIfThere(join(folder, name, 'package.json'))
  if (manifest === undefined) return undefined
  const { description = '', private: isPrivate = false } = JSON.parse(manifest) as { description?: string; private?: boolean }
  return isPrivate ? undefined : { name, description, readme: readIfThere(readmeOf(name, folder)) }
}

function problemsOf(readme: string | undefined): string[] {
  if (readme === undefined) return ['is not there']
  return [...(/^# \S/.test(readme) ? [] : ['does not begin with its title']), ...(/^## Usage$/m.test(readme) ? [] : ['has no section "## Usage"'])]
}

/** A README links as the repository lies: `../session-stores/README.md`, `../../docs/reference/errors.md`. */
function rewriteLinks(readme: string): string {
  return readme
    .replaceAll(/\]\(\.\.\/([a-z-]+)(?:\/|\/README\.md)?(#[^)]*)?\)/g, '](/packages/$1$2)')
    .replaceAll(/\]\(\.\.\/\.\.\/docs\/([^)#]*?)(?:\.md)?(#[^)]*)?\)/g, '](/$1$2)')
}

// An unchanged page that is written again would make the server load it again.
function writeIfNew(path: string, text: string): void {
  if (readIfThere(path) !== text) writeFileSync(path, text)
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
