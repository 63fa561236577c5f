import { randomBytes } from 'node:crypto'
import { runPython } from '@keyturn/testing/python'
import { createFernet, generateFernetKey } from '@keyturn/token-crypto'
import npmFernet from 'fernet'
import { type Comparison, type Subject, synchronous } from '../measure.ts'

const PLAIN_BYTES = 200

const key = generateFernetKey()
const keyText = key.expose().toString()
// Text, because npm fernet takes nothing else.
const text = randomBytes(PLAIN_BYTES / 2).toString('hex')
const plain = Buffer.from(text)
const fernet = createFernet(key)
const secret = new npmFernet.Secret(keyText)

/** Fernet on one thread: encrypt and decrypt 200 bytes. */
export const fernetRoundTrip: Comparison = {
  name: `Fernet, encrypt and decrypt ${PLAIN_BYTES} bytes`,
  subjects: [
    synchronous('@keyturn/token-crypto', () => fernet.decrypt(fernet.encrypt(plain))),
    pythonFernet(),
    synchronous('npm fernet', () => {
      const token = new npmFernet.Token({ secret }).encode(text)
      return new npmFernet.Token({ secret, token, ttl: 0 }).decode()
    }),
  ],
  goals: [
    { against: 'Python cryptography', timesAsFast: 3 },
    { against: 'npm fernet', timesAsFast: 20 },
  ],
}

/** Python keeps its own time, so that its start does not count. */
function pythonFernet(): Subject {
  const program = `
import sys, time
from cryptography.fernet import Fernet
f, plain, times = Fernet(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3])
for _ in range(200):
    f.decrypt(f.encrypt(plain))
started = time.process_time()
for _ in range(times):
    f.decrypt(f.encrypt(plain))
print((time.process_time() - started) / times * 1e6)
`
  return {
    name: 'Python cryptography',
    async run(times) {
      return Number(await runPython(program, { args: [keyText, plain.toString('hex'), String(times)], timeoutMs: 120_000 }))
    },
  }
}
