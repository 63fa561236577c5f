import { INSTAGRAM_OAUTH_DERIVATION, type JsonValue, type Place } from '@keyturn/token-crypto'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type SecureSessionOptions, secureSession } from '../../src/index.ts'
import { unwatchedFile } from '../fixtures/unwatched-file.ts'

const place: Place = { kind: 'column', table: 'accounts', column: 'api_token', row: 42 }
const readText = (value: JsonValue): string => (value as { text: string }).text

async function start(t: Test, options: SecureSessionOptions): Promise<FastifyInstance> {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(secureSession, { environment: 'test', env: {}, ...options })
  return app
}

t.test('what was sealed or signed before a rotation opens after it, also on an instance that has not heard of it', async (t) => {
  const folder = t.testdir()
  const secrets = () => unwatchedFile(`${folder}/secrets/session-secrets.json`)
  const [one, two] = [await start(t, { secrets: secrets() }), await start(t, { secrets: secrets() })]
  const names = { issuer: 'https://api.example.com', audience: 'ui' }
  const { tokens } = one.secureSession
  const issue = async () => ({
    text: tokens.sealText('hello', place),
    json: tokens.sealJson({ text: 'hello' }, place),
    jwt: await tokens.jwt(names).sign({ sub: 'user-7' }),
    fernet: await tokens.fernet({ derivation: INSTAGRAM_OAUTH_DERIVATION }).encrypt('hello'),
  })
  const opened = async (app: FastifyInstance, { text, json, jwt, fernet }: Awaited<ReturnType<typeof issue>>) => {
    const { tokens } = app.secureSession
    t.equal(await tokens.openText(text, place), 'hello')
    t.equal(await tokens.openJson(json, place, readText), 'hello')
    t.equal((await tokens.jwt(names).verify(jwt)).claims.sub, 'user-7')
    t.equal((await tokens.fernet({ derivation: INSTAGRAM_OAUTH_DERIVATION }).decrypt(fernet)).toString(), 'hello')
  }
  const before = await issue()
  await one.secureSession.rotate({ mode: 'immediate' })
  const after = await issue()
  await opened(one, before)
  await opened(two, after)
  await opened(two, before)
  t.equal((await tokens.jwt(names).verify(before.jwt)).renew, true)
})

t.test('a token of Python opens under the same secret', async (t) => {
  const env = { SESSION_SECRET: 'siYC7x-RtyWUk73DECXc6SNmXowUMWZag7ZQUPGQKBI' }
  const { tokens } = (await start(t, { env, environment: 'test' })).secureSession
  const written = 'gAAAAABlU_EAAAIEBggKDA4QEhQWGBocHp1nOXsHJ3ThhuselLkGvhqULSvyebaKcF5vWjyOhXLFbTjYKHo-U5rIBwVgbKW96g=='
  const fernet = tokens.fernet({ derivation: INSTAGRAM_OAUTH_DERIVATION })
  t.equal((await fernet.decrypt(written)).toString(), 'IGQVJX-hello')
  t.equal(await fernet.extractTimestamp(written), 1_700_000_000_000)
})

t.test('a value opens at its place alone, and a stateless session is no value', async (t) => {
  const app = await start(t, { stateless: true })
  app.get('/sign-in', async (request) => request.signIn('ada'))
  app.get('/me', async (request) => ({ userId: request.signedInUserId ?? null }))
  const { tokens } = app.secureSession
  const sealed = tokens.sealText('hello', place)
  await t.rejects(tokens.openText(sealed, { ...place, row: 43 }), { code: 'KEYTURN_CANNOT_OPEN' })
  await t.rejects(tokens.openText('kt1.nonsense', place), { code: 'KEYTURN_CANNOT_OPEN' })

  const cookiePlace: Place = { kind: 'custom', name: 'session-cookie', parts: ['sid'] }
  const { cookies } = await app.inject('/sign-in')
  await t.rejects(tokens.openText(cookies[0]?.value ?? '', cookiePlace), { code: 'KEYTURN_CANNOT_OPEN' })
  const forged = tokens.sealText('[1,"id",0,9e15,{"userId":"ada"},{}]', cookiePlace)
  t.strictSame((await app.inject({ url: '/me', headers: { cookie: `sid=${forged}` } })).json(), { userId: null })
})

t.test('a key that nobody knows has its own error', async (t) => {
  const [one, two] = [await start(t, {}), await start(t, {})]
  const sealed = one.secureSession.tokens.sealText('hello', place)
  await t.rejects(two.secureSession.tokens.openText(sealed, place), { code: 'KEYTURN_UNKNOWN_KEY' })
})
