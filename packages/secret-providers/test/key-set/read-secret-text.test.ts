import t from 'tap'
import { parseDate } from '../../src/key-set/key-set-date.ts'
import { readSecretText } from '../../src/key-set/read-secret-text.ts'
import { NOW, sampleText, textOf } from '../fixtures/samples.ts'

t.test('a plain line is the secret itself, whatever ends the line', async (t) => {
  const text = sampleText()
  for (const ending of ['', '\n', '\r\n']) {
    const { kind, keySet } = readSecretText(`${text}${ending}`, NOW)
    t.equal(kind, 'plain')
    t.equal(keySet?.versions[0] && textOf(keySet.versions[0]), text)
    t.equal(keySet?.versions[0]?.createdAt, NOW)
  }
})

t.test('what is empty or torn is never read as a secret', async (t) => {
  const problems = (text: string): readonly string[] => readSecretText(text, NOW).problems ?? []
  t.match(problems(''), ['it is empty'])
  t.match(problems(' \n\n'), ['it is empty'])
  t.match(problems('{"format":"keyturn-key-set"'), [/perhaps cut off/])
  t.match(problems('"quoted"'), [/not a JSON object/])
  t.match(problems('one\ntwo\n'), [/more than one line/])
  t.match(problems('\0\0\0\0'), [/characters that no written secret has/])
  t.match(problems('\uFFFDabc'), [/characters that no written secret has/])
  t.match(problems(' padded'), [/begins or ends with white space/])
})

t.test('dates mean the same moment on every machine', async (t) => {
  t.equal(parseDate('2026-03-01'), Date.UTC(2026, 2, 1))
  t.equal(parseDate('2026-03-01T12:30:00+02:00'), Date.UTC(2026, 2, 1, 10, 30))
  t.equal(parseDate('2026-03-01T12:30:00.250Z'), Date.UTC(2026, 2, 1, 12, 30, 0, 250))
  for (const wrong of ['', '2026', '2026-02-30', '2026-13-01', '2026-03-01T12:00:00', '1 March 2026', '1772323200000', '2026-03-01T25:00:00Z']) {
    t.equal(parseDate(wrong), undefined, wrong)
  }
})
