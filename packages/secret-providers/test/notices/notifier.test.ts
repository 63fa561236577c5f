import t from 'tap'
import { notify } from '../../src/notices/notifier.ts'
import { createDataLossNotice, EPHEMERAL_NOTICE } from '../../src/notices/warnings.ts'
import { NOW } from '../fixtures/samples.ts'

const NOTICES = [EPHEMERAL_NOTICE, createDataLossNotice([{ place: 'sessions', count: 12 }, { place: 'accounts.access_token', count: 3 }])]

t.test('a terminal gets a box of 80 columns in plain ASCII, with the command beneath it', async (t) => {
  for (const notice of NOTICES) {
    let written = ''
    notify({ isTTY: true, write: (text) => (written += text) }, notice, NOW)
    const lines = written.split('\n').filter((line) => line !== '')
    const box = lines.filter((line) => /^[+|]/.test(line))
    t.ok(box.length > 5)
    for (const line of box) t.match(line, /^(\+-{78}\+|\| [\x20-\x7e]{76} \|)$/)
    t.strictSame(lines.filter((line) => !box.includes(line)), notice.command === undefined ? [] : [notice.command])
    t.match(written, 'WARNING')
  }
})

t.test('anything else gets one line of JSON', async (t) => {
  for (const notice of NOTICES) {
    for (const stream of [{ isTTY: false }, {}]) {
      let written = ''
      notify({ ...stream, write: (text) => (written += text) }, notice, NOW)
      t.equal(written.indexOf('\n'), written.length - 1)
      t.match(JSON.parse(written), { level: 'warn', notice: notice.name, time: '2026-01-01T00:00:00.000Z' })
    }
  }
})

t.test('the data-loss warning says how much there is, and where', async (t) => {
  t.match(NOTICES[1]?.details.join(' '), /Found: 12 in sessions, 3 in accounts\.access_token\./)
})
