import { test } from 'tap'
import { createPostgresCounter } from '../../../src/http/accounting/postgres-statements.ts'
import { createRedisCounter } from '../../../src/http/accounting/redis-commands.ts'

/** Feeds a counter the same bytes, cut at every place there is. */
function countCut(bytes: Buffer, createCounter: () => (chunk: Buffer) => number): Set<number> {
  const counts = new Set<number>()
  for (let cut = 0; cut <= bytes.length; cut++) {
    const count = createCounter()
    counts.add(count(bytes.subarray(0, cut)) + count(bytes.subarray(cut)))
  }
  return counts
}

test('commands of Redis are counted wherever the stream is cut, also when a value looks like a command', async (t) => {
  const value = '*1\r\n$4\r\nPING\r\n'
  const set = `*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$${value.length}\r\n${value}\r\n`
  const empty = '*2\r\n$3\r\nGET\r\n$0\r\n\r\n'
  t.same([...countCut(Buffer.from(set + empty + set), createRedisCounter)], [3])
})

test('statements of PostgreSQL are counted by message, wherever the stream is cut', async (t) => {
  const startUp = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0])
  const message = (type: string, body: string): Buffer => {
    const bytes = Buffer.alloc(5 + body.length)
    bytes.write(type)
    bytes.writeUInt32BE(4 + body.length, 1)
    bytes.write(body, 5)
    return bytes
  }
  const prepared = [message('B', 'bind with E and Q in it'), message('E', '\0\0\0\0\0'), message('S', '')]
  const bytes = Buffer.concat([startUp, message('Q', 'select 1\0'), ...prepared, ...prepared])
  t.same([...countCut(bytes, createPostgresCounter)], [3])
})
