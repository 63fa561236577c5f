import { randomBytes } from 'node:crypto'
import { runPython } from '@keyturn/testing/python'
import {
  createFernet,
  createMultiFernet,
  deriveFernetKey,
  generateFernetKey,
  INSTAGRAM_OAUTH_DERIVATION,
  OpenError,
  Secret,
} from '@keyturn/token-crypto'
import fc from 'fast-check'
import { test } from 'tap'
import { decodePythonBase64 } from '../../src/fernet/python-base64.ts'
import { handMadeFernet } from '../fixtures/fernet.ts'
import { KNOWN_SECRET_TEXT } from '../fixtures/keyrings.ts'

/** Runs a Python script that reads JSON from standard input and prints JSON. */
async function python<T>(script: string, input: unknown): Promise<T> {
  const program = `
import sys, json, base64, binascii
from cryptography.fernet import Fernet, MultiFernet, InvalidToken
given = json.load(sys.stdin)
${script}
`
  return JSON.parse(await runPython(program, { input: JSON.stringify(input), timeoutMs: 120_000 })) as T
}

const textOf = (key: Secret): string => key.expose().toString()
const key = generateFernetKey()
const other = generateFernetKey()
const plains = Array.from({ length: 1000 }, () => randomBytes(Math.floor(Math.random() * 300)))

test('Python opens 1 000 tokens that were written here', async (t) => {
  const fernet = createFernet(key)
  const messages = plains.map((plain, i) => ({ plain, timeMs: i * 1_000_000 }))
  const oneByOne = messages.slice(0, 500).map(({ plain, timeMs }) => fernet.encryptAt(plain, timeMs))
  const tokens = [...oneByOne, ...fernet.sealAll(messages.slice(500))]
  const opened = await python<[string, number][]>(
    `
f = Fernet(given['key'])
print(json.dumps([[f.decrypt(token.encode()).hex(), f.extract_timestamp(token.encode())] for token in given['tokens']]))
`,
    { key: textOf(key), tokens },
  )
  t.equal(opened.length, 1000)
  const wrong = opened.filter(([hex, seconds], i) => hex !== plains[i]?.toString('hex') || seconds !== i * 1000)
  t.same(wrong, [])
})

test('1 000 tokens that Python wrote open here, strictly', async (t) => {
  const tokens = await python<string[]>(
    `
f = Fernet(given['key'])
print(json.dumps([f.encrypt_at_time(bytes.fromhex(plain), 1000 * i).decode() for i, plain in enumerate(given['plains'])]))
`,
    { key: textOf(key), plains: plains.map((plain) => plain.toString('hex')) },
  )
  t.equal(tokens.length, 1000)
  const fernet = createFernet(key)
  const wrong = tokens.filter(
    (token, i) => !fernet.decrypt(token).equals(plains[i] as Buffer) || fernet.extractTimestamp(token) !== i * 1_000_000,
  )
  t.same(wrong, [])
})

test('MultiFernet rotates what the other side wrote, both ways', async (t) => {
  const keys = { first: textOf(other), second: textOf(key) }
  const token = createFernet(key).encryptAt('rotate me', 1_700_000_000_000)
  const [theirs, rotatedByThem] = await python<[string, string]>(
    `
multi = MultiFernet([Fernet(given['first']), Fernet(given['second'])])
written = Fernet(given['second']).encrypt_at_time(b'written by Python', 1600000000)
print(json.dumps([written.decode(), multi.rotate(given['token'].encode()).decode()]))
`,
    { ...keys, token },
  )
  const fernet = createFernet(other)
  t.equal(fernet.decrypt(rotatedByThem).toString(), 'rotate me')
  t.equal(fernet.extractTimestamp(rotatedByThem), 1_700_000_000_000)

  const rotatedHere = createMultiFernet([other, key]).rotate(theirs)
  const answer = await python<[string, number]>(
    `
f = Fernet(given['first'])
print(json.dumps([f.decrypt(given['token'].encode()).decode(), f.extract_timestamp(given['token'].encode())]))
`,
    { ...keys, token: rotatedHere },
  )
  t.same(answer, ['written by Python', 1_600_000_000])
})

test('both sides agree which ages are valid', async (t) => {
  const token = createFernet(key).encryptAt('x', 1_700_000_000_000)
  const cases = [
    [0, 0], [0, 1], [10, 10], [10, 11], [10, 9], [10, -60], [10, -61], [0, -60], [100_000, -61],
  ].map(([ttl, age]) => [ttl as number, 1_700_000_000 + (age as number)] as const)
  const theirs = await python<boolean[]>(
    `
f = Fernet(given['key'])
def valid(ttl, now):
    try:
        f.decrypt_at_time(given['token'].encode(), ttl, now)
        return True
    except InvalidToken:
        return False
print(json.dumps([valid(ttl, now) for ttl, now in given['cases']]))
`,
    { key: textOf(key), token, cases },
  )
  const ours = cases.map(([ttl, now]) =>
    opens(() => createFernet(key).decryptAt(token, { ttlMs: ttl * 1000, timeMs: now * 1000 })),
  )
  t.same(ours, theirs)
  t.ok(theirs.includes(true) && theirs.includes(false))
})

test('keys derived from a secret are the same', async (t) => {
  const secrets = [KNOWN_SECRET_TEXT, 'pässwörd', '', ' with spaces ', '😀'.repeat(20)]
  const theirs = await python<string[]>(
    `
import hashlib
derive = lambda secret: hashlib.pbkdf2_hmac('sha256', secret.encode(), b'instagram-oauth-encryption-v1', 100000, 32)
print(json.dumps([base64.urlsafe_b64encode(derive(secret)).decode() for secret in given]))
`,
    secrets,
  )
  const ours = secrets.map(async (text) => textOf(await deriveFernetKey(Secret.fromText(text), INSTAGRAM_OAUTH_DERIVATION)))
  t.same(await Promise.all(ours), theirs)
})

/** Every way that is known in which a token may be written otherwise, and whether Python takes it. */
const spellings: [name: string, respell: (token: string) => string, isTakenByPython: boolean][] = [
  ['as it was written', (token) => token, true],
  ['without padding', (token) => token.replaceAll('=', ''), false],
  ['with one = of two', (token) => token.slice(0, -1), false],
  ['with surplus =', (token) => `${token}=`, true],
  ['with many surplus =', (token) => `${token}=====`, true],
  ['with anything after the padding', (token) => `${token}AAAA`, true],
  ['with a newline at the end', (token) => `${token}\n`, true],
  ['with a newline inside', (token) => `${token.slice(0, 40)}\n${token.slice(40)}`, true],
  ['with spaces around and inside', (token) => ` ${token.slice(0, 9)} ${token.slice(9)} `, true],
  ['with tabs and carriage returns', (token) => `\t${token.slice(0, 9)}\r\n${token.slice(9)}`, true],
  ['in the standard alphabet', (token) => token.replaceAll('-', '+').replaceAll('_', '/'), true],
  ['in a mixture of alphabets', (token) => token.replace('-', '+'), true],
  ['with characters of no alphabet', (token) => `${token.slice(0, 9)}!*.${token.slice(9)}`, true],
  ['with surplus bits in the last character', (token) => bumpLast(token), true],
  ['with = inside', (token) => `${token.slice(0, 9)}=${token.slice(9)}`, true],
  ['with == inside', (token) => `${token.slice(0, 10)}==${token.slice(10)}`, false],
  ['with a NUL', (token) => `${token.slice(0, 9)}\0${token.slice(9)}`, true],
  ['with a character that is not ASCII', (token) => `${token}é`, false],
  ['with a full-width letter', (token) => `${token.slice(0, 9)}Ａ${token.slice(9)}`, false],
  ['with one character too many', (token) => `A${token}`, false],
  ['cut by a character', (token) => token.slice(1), false],
  ['quoted', (token) => `"${token}"`, true],
  ['as the text of a bytes literal', (token) => `b'${token}'`, false],
]

test('the lenient mode takes exactly the spellings that Python takes', async (t) => {
  // A token with both characters that differ between the alphabets, and with two characters of padding.
  const token = findToken((text) => text.includes('-') && text.includes('_') && text.endsWith('=='))
  const respelled = spellings.map(([, respell]) => respell(token))
  const theirs = await python<boolean[]>(PYTHON_TAKES, { key: textOf(key), tokens: respelled })
  for (const [i, [name, , isTaken]] of spellings.entries()) {
    t.equal(theirs[i], isTaken, `Python: ${name}`)
    t.equal(opens(() => createFernet(key, { decoding: 'lenient' }).decrypt(respelled[i] as string)), isTaken, `lenient: ${name}`)
    t.equal(opens(() => createFernet(key).decrypt(respelled[i] as string)), i === 0, `strict: ${name}`)
  }
})

test('and of 10 000 random changes of a token', async (t) => {
  const token = findToken((text) => text.endsWith('='))
  const piece = fc.constantFrom('=', '==', ' ', '\n', '+', '/', '-', '_', 'A', 'é', '!', '\0', '%', 'Zg==')
  const change = fc.array(fc.tuple(fc.nat(token.length), fc.nat(3), piece), { minLength: 1, maxLength: 3 })
  const tokens = fc
    .sample(change, { seed: 7, numRuns: 10_000 })
    .map((changes) => changes.reduce((text, [at, cut, more]) => text.slice(0, at) + more + text.slice(at + (cut > 1 ? 0 : cut)), token))
  const theirs = await python<boolean[]>(PYTHON_TAKES, { key: textOf(key), tokens })
  const lenient = createFernet(key, { decoding: 'lenient' })
  const differ = tokens.filter((changed, i) => opens(() => lenient.decrypt(changed)) !== theirs[i])
  t.same(differ, [])
  const taken = theirs.filter(Boolean).length
  t.ok(taken > 500 && taken < 9500, `${taken} taken`)
})

test('random text decodes as it does in Python', async (t) => {
  const character = fc.constantFrom(...'AZaz09+/-_==== \n!é')
  const texts = fc.sample(fc.string({ unit: character, maxLength: 14 }), { seed: 8, numRuns: 10_000 })
  const theirs = await python<(string | null)[]>(
    `
def decode(text):
    try:
        return base64.urlsafe_b64decode(text).hex()
    except (ValueError, binascii.Error):
        return None
print(json.dumps([decode(text) for text in given]))
`,
    texts,
  )
  const differ = texts.filter((text, i) => (decodePythonBase64(text)?.toString('hex') ?? null) !== theirs[i])
  t.same(differ, [])
})

const PYTHON_TAKES = `
f = Fernet(given['key'])
def takes(token):
    try:
        return f.decrypt(token) == b'the plain text!'
    except (InvalidToken, ValueError):
        return False
print(json.dumps([takes(token) for token in given['tokens']]))
`

function opens(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof OpenError) return false
    throw error
  }
}

function findToken(fits: (token: string) => boolean): string {
  for (;;) {
    const token = handMadeFernet(key, { plain: 'the plain text!', iv: randomBytes(16), time: 0 })
    if (fits(token)) return token
  }
}

/** Another last character that stands for the same bytes. */
function bumpLast(token: string): string {
  const at = token.indexOf('=') - 1
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, at) + alphabet[alphabet.indexOf(token[at] as string) + 1] + token.slice(at + 1)
}
