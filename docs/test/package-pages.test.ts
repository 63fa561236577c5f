import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { readPackagePages } from '../.vitepress/package-pages.ts'

const manifest = (fields: object = {}): string => JSON.stringify({ description: 'What it does.', ...fields })
const GOOD = '# @keyturn/good\n\nOne sentence.\n\n## Usage\n'

t.test('every published package has a page, private ones and other folders have none', (t) => {
  const folder = t.testdir({
    good: { 'package.json': manifest(), 'README.md': GOOD },
    inner: { 'package.json': manifest({ private: true }) },
    'left-over': { dist: {} },
  })
  t.strictSame(readPackagePages(folder), [{ name: 'good', description: 'What it does.', markdown: GOOD }])
  t.end()
})

t.test('every README that cannot be a page is named, with what it lacks', (t) => {
  const folder = t.testdir({
    good: { 'package.json': manifest(), 'README.md': GOOD },
    missing: { 'package.json': manifest() },
    untitled: { 'package.json': manifest(), 'README.md': 'A package.\n\n## Usage\n' },
    unused: { 'package.json': manifest(), 'README.md': '# @keyturn/unused\n\n### Usage\n' },
  })
  const message = [
    'These package pages cannot be shown:',
    'packages/missing/README.md is not there',
    'packages/untitled/README.md does not begin with its title',
    'packages/unused/README.md has no section "## Usage"',
  ].join('\n')
  t.throws(() => readPackagePages(folder), { message })
  t.end()
})

t.test('links between READMEs and to the docs lead to pages of the site', (t) => {
  const links = [
    '[a](../session-stores/README.md)',
    '[b](../session-stores/README.md#options)',
    '[c](../session-stores)',
    '[d](../../docs/reference/errors.md#KEYTURN_STORE_CLOSED)',
    '[e](https://fastify.dev/docs/)',
    '[f](#options)',
  ]
  const folder = t.testdir({ good: { 'package.json': manifest(), 'README.md': `${GOOD}\n${links.join('\n')}\n` } })
  const rewritten = readPackagePages(folder)[0]?.markdown.split('\n').slice(-links.length - 1, -1)
  t.strictSame(rewritten, [
    '[a](/packages/session-stores)',
    '[b](/packages/session-stores#options)',
    '[c](/packages/session-stores)',
    '[d](/reference/errors#KEYTURN_STORE_CLOSED)',
    '[e](https://fastify.dev/docs/)',
    '[f](#options)',
  ])
  t.end()
})

t.test('the README of the repository lists every published package, and no other', (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| \[@keyturn\/([a-z-]+)\]\(packages\/\1\) \|/gm)].map(([, name = '']) => name)
  const packages = new URL('../../packages/', import.meta.url)
  const published = readdirSync(packages).filter((name) => isPublished(new URL(`${name}/package.json`, packages)))
  t.strictSame(listed.toSorted(), published.toSorted())
  t.end()
})

function isPublished(manifestFile: URL): boolean {
  if (!existsSync(manifestFile)) return false
  return (JSON.parse(readFileSync(manifestFile, 'utf8')) as { private?: boolean }).private !== true
}
