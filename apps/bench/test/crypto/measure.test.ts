import { test } from 'tap'
import { parseCryptoOptions } from '../../src/crypto/crypto-options.ts'
import { comparisons } from '../../src/crypto/comparisons.ts'
import { type Comparison, measure, type Subject } from '../../src/crypto/measure.ts'
import { formatJson, formatText } from '../../src/crypto/report.ts'

/** Takes as long as it is told to say, in each round in turn. */
function scripted(name: string, micros: readonly number[], log: string[]): Subject {
  let round = 0
  return {
    name,
    run(times) {
      // Rounds work as often as 200 ms allow; the warm-up asks for 100 times.
      log.push(name)
      return times === 100 ? 1000 : (micros[round++ % micros.length] as number)
    },
  }
}

function comparison(log: string[]): Comparison {
  return {
    name: 'Work',
    subjects: [scripted('ours', [10, 20, 30], log), scripted('other', [20, 50, 30], log)],
    goals: [{ against: 'other', timesAsFast: 2 }],
  }
}

test('subjects take turns, and are compared round by round', async (t) => {
  const log: string[] = []
  const measured = await measure(comparison(log), { rounds: 3, sliceMs: 200, warmUpMs: 200 })
  t.same(log.slice(4), ['ours', 'other', 'other', 'ours', 'ours', 'other'])
  t.same(measured.subjects[1], {
    name: 'other',
    micros: { median: 30, min: 20, max: 50 },
    speed: { median: 2, min: 1, max: 2.5 },
  })
  t.match(formatText([measured]), /other +\| +30\.00 \| +20\.00 \| +50\.00 \| +2\.00 .*≥ 2\.00 met/)
  t.match(JSON.parse(formatJson([measured])), { comparisons: [{ name: 'Work', goals: [{ timesAsFast: 2 }] }] })
})

test('a goal that is missed is told', async (t) => {
  const slow = { ...comparison([]), goals: [{ against: 'other', timesAsFast: 2.1 }] }
  t.match(formatText([await measure(slow, { rounds: 3, sliceMs: 200, warmUpMs: 200 })]), '≥ 2.10 not met')
})

test('every subject does its work', async (t) => {
  for (const { name, subjects, goals } of comparisons) {
    for (const subject of subjects) t.ok((await subject.run(3)) > 0, `${name}: ${subject.name}`)
    for (const { against } of goals) t.ok(subjects.some((subject) => subject.name === against), `${name}: goal against ${against}`)
  }
})

test('options that are wrong are told together', (t) => {
  t.throws(() => parseCryptoOptions(['--rounds', '0', '--slice-ms', 'x']), /--rounds must .*\n--slice-ms must /)
  t.match(parseCryptoOptions(['--json', '--only', 'fernet', '--rounds', '3']), { output: 'json', only: 'fernet', rounds: 3, sliceMs: 100, warmUpMs: 500 })
  t.end()
})
