import { createHmac } from 'node:crypto'
import { test } from 'tap'
import { runPython } from '../../src/python/index.ts'

test('a script reads its input and arguments, and its output comes back as it is', async t => {
  t.equal(await runPython('import sys; print(sys.stdin.read().upper() + sys.argv[1]); print("second  line")', { input: 'grüß', args: ['!'] }), 'GRÜSS!\nsecond  line')
})

test('the package cryptography writes a Fernet token whose signature Node verifies', async t => {
  const key = Buffer.alloc(32, 7)
  const token = Buffer.from(await runPython('import sys; from cryptography.fernet import Fernet; print(Fernet(sys.argv[1]).encrypt(sys.stdin.buffer.read()).decode())', {
    input: 'plain',
    args: [key.toString('base64').replaceAll('+', '-').replaceAll('/', '_')],
  }), 'base64')
  t.equal(token[0], 0x80)
  t.ok(createHmac('sha256', key.subarray(0, 16)).update(token.subarray(0, -32)).digest().equals(token.subarray(-32)))
})

test('a script that fails, or takes too long, says so', async t => {
  await t.rejects(runPython('raise ValueError("this is wrong")'), { code: 'KEYTURN_TESTING_PYTHON_FAILED', message: /code 1[^]*ValueError: this is wrong/ })
  await t.rejects(runPython('import time; time.sleep(60)', { timeoutMs: 300 }), { code: 'KEYTURN_TESTING_WAIT_FAILED' })
})
