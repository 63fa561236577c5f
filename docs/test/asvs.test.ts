import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'

const PAGE = readFileSync(new URL('../reference/asvs.md', import.meta.url), 'utf8')

// How many requirements ASVS 5.0 has in each section of the page.
const SECTIONS: Readonly<Record<string, number>> = {
  '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2,
  '3.3': 5,
  '9.1': 3, '9.2': 4,
  '11.2': 5, '11.3': 5, '11.4': 3,
  '13.3': 4,
}

const rows = PAGE.split('\n')
  .filter((line) => /^\| \d+\.\d+\.\d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, id = '', short = '', how = '', shown = '']) => ({ id, short, how, shown }))

t.test('every requirement of the chapters has one row, in order', async (t) => {
  const wanted = Object.entries(SECTIONS).flatMap(([section, count]) => Array.from({ length: count }, (_, i) => `${section}.${i + 1}`))
  t.strictSame(rows.map(({ id }) => id), wanted)
})

t.test('every row says how it is met and names a test that is there, or says that it is yours', async (t) => {
  for (const { id, short, how, shown } of rows) {
    t.ok(short !== '' && how !== '', id)
    if (shown === '') {
      t.match(how, /^Yours/, id)
      continue
    }
    const path = /^`(.+)`$/.exec(shown)?.[1] ?? ''
    t.ok(path !== '' && existsSync(new URL(`../../packages/${path}`, import.meta.url)), `${id}: ${shown}`)
  }
})
