import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const PACKAGES = join(import.meta.dirname, '../../packages')
const PAGE = readFileSync(join(import.meta.dirname, '../reference/errors.md'), 'utf8')

interface Row {
  readonly code: string
  readonly when: string
  readonly remedy: string
}

/** Codes that a package's `errors.ts` gives to its classes. */
function codesOf(name: string): string[] {
  const source = join(PACKAGES, name, 'src')
  if (!existsSync(source)) return []
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => /(^|\/)errors\.ts$/.test(path))
  const found = files.flatMap((path) => [...readFileSync(join(source, path), 'utf8').matchAll(/'(KEYTURN_[A-Z0-9_]+)'/g)])
  return [...new Set(found.map(([, code = '']) => code))].toSorted()
}

/** The rows under each `## package` of the page. */
function rowsByPackage(): Map<string, Row[]> {
  const sections = PAGE.split(/^## /m).slice(1)
  return new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), readRows(section)]))
}

function readRows(section: string): Row[] {
  return [...section.matchAll(/^\| `(KEYTURN_[A-Z0-9_]+)` \| (.*?) \| (.*?) \|$/gm)].map(([, code = '', when = '', remedy = '']) => ({ code, when, remedy }))
}

const names = readdirSync(PACKAGES).filter((name) => codesOf(name).length > 0)
const sections = rowsByPackage()

for (const name of names) {
  t.test(`the error page and ${name} have the same codes`, (t) => {
    const rows = sections.get(name) ?? []
    t.strictSame(rows.map(({ code }) => code).toSorted(), codesOf(name))
    t.end()
  })

  t.test(`the README of ${name} names no code that does not exist`, (t) => {
    const path = join(PACKAGES, name, 'README.md')
    const errors = existsSync(path) ? (readFileSync(path, 'utf8').split(/^## Errors$/m)[1]?.split(/^## /m)[0] ?? '') : ''
    const known = new Set(names.flatMap(codesOf))
    const named = [...errors.matchAll(/`(KEYTURN_[A-Z0-9_]+)`/g)].map(([, code = '']) => code)
    t.strictSame(named.filter((code) => !known.has(code)), [])
    t.end()
  })
}

t.test('the error page has no section without a package', (t) => {
  t.strictSame([...sections.keys()].toSorted(), names)
  t.end()
})

t.test('every row says when it happens and what to do', (t) => {
  for (const { code, when, remedy } of [...sections.values()].flat()) {
    t.ok(when.length > 20, `${code} says when`)
    t.ok(remedy.length > 15, `${code} says what to do`)
  }
  t.end()
})

t.test('every link to a code leads to a row', (t) => {
  const docs = join(import.meta.dirname, '..')
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
  const linked = pages.flatMap((path) => [...readFileSync(join(docs, path), 'utf8').matchAll(/\/reference\/errors#(\w+)/g)])
  const codes = new Set([...sections.values()].flat().map(({ code }) => code))
  t.ok(linked.length > 0)
  t.strictSame(linked.map(([, code = '']) => code).filter((code) => !codes.has(code)), [])
  t.end()
})
