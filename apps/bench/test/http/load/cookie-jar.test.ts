import { test } from 'tap'
import { takeCookies } from '../../../src/http/load/cookie-jar.ts'

test('a jar keeps what was set last, without attributes', async (t) => {
  const jar = { header: 'sid=old' }
  t.equal(takeCookies(jar, ['Date', 'now', 'Set-Cookie', 'sid=new; Path=/; HttpOnly']), true)
  t.equal(jar.header, 'sid=new')
  t.equal(takeCookies(jar, ['set-cookie', 'sid=']), true)
  t.equal(jar.header, 'sid=', 'also what clears it, so that a lost session shows')
})

test('a jar says that nothing changed when the same cookie is set again, or none', async (t) => {
  const jar = { header: 'sid=same' }
  t.equal(takeCookies(jar, ['set-cookie', 'sid=same; Expires=later']), false)
  t.equal(takeCookies(jar, ['content-type', 'application/json']), false)
})
