import { createRedactor, pinoRedaction, Secret } from '@keyturn/token-crypto'
import pino, { type Logger } from 'pino'
import { test } from 'tap'
import { secretText } from '../fixtures/keyrings.ts'

const text = secretText('hidden')
const redactor = createRedactor({ secrets: [Secret.fromText(text)] })

function logged(write: (logger: Logger) => void, options: Record<string, unknown> = pinoRedaction(redactor) as never): string {
  const lines: string[] = []
  write(pino(options, { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

const mistakes: [string, (logger: Logger) => void][] = [
  ['in the message', (log) => log.info(`secret is ${text}`)],
  ['interpolated', (log) => log.info('secret is %s and %j', text, { deep: text })],
  ['in an object', (log) => log.info({ config: { list: [{ secret: text }] } })],
  ['in an error', (log) => log.error(new Error(`bad ${text}`))],
  ['in the cause of the cause of an error', (log) => log.error(new Error('a', { cause: new Error('b', { cause: new Error(text) }) }))],
  ['in a property of an error', (log) => log.error(Object.assign(new Error('x'), { config: { key: text } }), 'failed')],
  ['in a Buffer', (log) => log.info({ body: Buffer.from(`key=${text}`) })],
  ['in bindings of a child', (log) => log.child({ token: text }).info('hello')],
  ['in a base64 header', (log) => log.info({ h: `Basic ${Buffer.from(`user:${text}`).toString('base64')}` })],
]

for (const [name, write] of mistakes) {
  test(`hides a secret ${name}`, (t) => {
    const line = logged(write)
    t.match(line, '[redacted]')
    t.notMatch(line, text)
    t.notMatch(line, Buffer.from(`user:${text}`).toString('base64'))
    t.ok(JSON.parse(line), 'the line is still JSON')
    t.notMatch(logged(write, {}), '[redacted]', 'pino alone does not')
    t.end()
  })
}

test('hides headers of requests and responses', (t) => {
  const line = logged((log) =>
    log.info({
      req: { headers: { cookie: 'sid=abc', authorization: 'Bearer abc', host: 'kept' } },
      res: { headers: { 'set-cookie': ['sid=abc'] } },
    }),
  )
  t.notMatch(line, 'abc')
  t.match(line, '"host":"kept"')
  t.end()
})

test('the redactor is a serializer too', (t) => {
  const line = logged((log) => log.info({ req: { headers: { cookie: 'sid=abc' } }, body: { token: text } }), {
    serializers: { req: redactor.redact, body: redactor.redact },
  })
  t.match(JSON.parse(line), { req: { headers: { cookie: '[redacted]' } }, body: { token: '[redacted]' } })
  t.end()
})
