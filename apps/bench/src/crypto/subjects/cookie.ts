import { randomBytes } from 'node:crypto'
import { Signer } from '@fastify/cookie'
import { createCookieSigner } from '@keyturn/token-crypto'
import { type Comparison, synchronous } from '../measure.ts'
import { newKeyring } from './keyring.ts'

const SESSIONS = 500
const ids = Array.from({ length: SESSIONS }, () => randomBytes(24).toString('base64url'))
const idAt = (index: number): string => ids[index % SESSIONS] as string

const keyring = newKeyring()
const remembering = createCookieSigner(keyring)
const forgetful = createCookieSigner(keyring, { remember: 0 })
const signer = new Signer(randomBytes(32).toString('base64url'))

const ours = ids.map((id) => remembering.sign(id))
const theirs = ids.map((id) => signer.sign(id))

const PEER = '@fastify/cookie Signer'
const goals = [{ against: PEER, timesAsFast: 1 }]

export const cookieSign: Comparison = {
  name: 'Cookie, sign an id never seen before',
  subjects: [
    synchronous('@keyturn/token-crypto', (index) => forgetful.sign(idAt(index))),
    synchronous(PEER, (index) => signer.sign(idAt(index))),
  ],
  goals,
}

export const cookieVerify: Comparison = {
  name: 'Cookie, verify one never seen before',
  subjects: [
    synchronous('@keyturn/token-crypto', (index) => forgetful.unsign(ours[index % SESSIONS] as string)),
    synchronous(PEER, (index) => signer.unsign(theirs[index % SESSIONS] as string)),
  ],
  goals,
}

/** What @fastify/session does on each request of a session: verify the cookie, then sign the id again. */
export const cookieRequest: Comparison = {
  name: `Cookie, verify and sign again, ${SESSIONS} sessions in turn`,
  subjects: [
    synchronous('@keyturn/token-crypto', (index) => {
      remembering.unsign(ours[index % SESSIONS] as string)
      return remembering.sign(idAt(index))
    }),
    synchronous(PEER, (index) => {
      signer.unsign(theirs[index % SESSIONS] as string)
      return signer.sign(idAt(index))
    }),
  ],
  goals,
}
