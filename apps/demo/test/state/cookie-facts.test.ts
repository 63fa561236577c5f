import { createCookieSigner, createKeyring, createLiveKeyring, createSecretVersion, generateSecret } from '@keyturn/token-crypto'
import t from 'tap'
import { cookieFacts } from '../../src/state/cookie-facts.ts'

const [older, newer] = [generateSecret(), generateSecret()]
const before = createKeyring({ versions: [createSecretVersion({ secret: older, state: 'primary', createdAt: 1 })] })
const after = createKeyring({
  versions: [createSecretVersion({ secret: newer, state: 'primary', createdAt: 2 }), createSecretVersion({ secret: older, state: 'retiring', createdAt: 1 })],
})
const cookie = createCookieSigner(createLiveKeyring({ keyring: before })).sign('a-session-id')

t.test('the key that signed a cookie is found, though the cookie does not name it', async (t) => {
  t.match(cookieFacts('sid', cookie, before), { receivedBy: before.primary('cookie').id, returnedBy: undefined })
  const facts = cookieFacts('sid', cookie, after)
  t.match(facts, { receivedBy: before.primary('cookie').id, returnedBy: after.primary('cookie').id })
  t.not(facts?.receivedSignature, facts?.returnedSignature)
  t.notMatch(JSON.stringify(facts), 'a-session-id')
})

t.test('no cookie, and a cookie of nobody, have nothing to tell', async (t) => {
  t.equal(cookieFacts('sid', undefined, after), undefined)
  t.equal(cookieFacts('sid', `${cookie}x`, after), undefined)
})
