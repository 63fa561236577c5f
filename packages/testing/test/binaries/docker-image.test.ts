import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { findBinary, searchBinary } from '../../src/binaries/find-binary.ts'
import { redisRole } from '../../src/redis/redis-binary.ts'

const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'

/** The files of an image: a real Redis with its loader and libraries, where an image has them. */
async function buildImage(folder: string): Promise<string> {
  const root = join(folder, 'image')
  const redis = await findBinary(redisRole)
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    cpSync(realpathSync(from), join(root, to))
  }
  put(redis.command, 'usr/local/bin/redis-server')
  const libraries = execFileSync('ldd', [redis.command], { encoding: 'utf8', env: { ...process.env, ...redis.env } })
  for (const [, name = '', path = ''] of libraries.matchAll(/(\S+) => (\/\S+)/g)) put(path, `usr/lib/${TRIPLET}/${name}`)
  for (const [, loader = ''] of libraries.matchAll(/^\s*(\/lib\S*\/ld-linux\S+)/gm)) put(loader, loader)
  return root
}

test('the files of an image are run by its own loader', { timeout: 120_000 }, async t => {
  const folder = t.testdir()
  const image = await buildImage(folder)
  // Speaks as docker does, and tells what it was asked.
  writeFileSync(join(folder, 'docker'), `#!/bin/sh
echo "$@" >> ${folder}/asked
case "$1" in
  create) echo container-1 ;;
  export) exec tar --create --directory ${image} . ;;
esac
`)
  chmodSync(join(folder, 'docker'), 0o755)
  const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') }
  const role = { ...redisRole, candidates: [], debian: { packages: ['keyturn-no-such-package'], paths: [] } }

  const binary = await searchBinary(role, env)
  t.equal(binary.origin, 'docker')
  t.match(binary.command, /cache\/keyturn\/redis-server-docker-\w+\/lib\w*\/ld-linux/)
  t.match(execFileSync(binary.command, [...binary.args, '--version'], { encoding: 'utf8', env: {} }), /Redis server v=7/)
  t.strictSame(execFileSync('cat', [join(folder, 'asked')], { encoding: 'utf8' }).trim().split('\n'), ['create --quiet redis:7-bookworm', 'export container-1', 'rm --force container-1'])
  t.equal((await searchBinary(role, env)).origin, 'cache')
})
