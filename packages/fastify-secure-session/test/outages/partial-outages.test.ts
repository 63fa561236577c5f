import { losesNothing } from './loses-nothing.ts'

losesNothing([
  'Redis a read-only replica',
  'Redis seen by one instance only',
  'Redis flapping every second',
  'Redis connections cut',
  'Redis and PostgreSQL cut',
  'Redis and PostgreSQL cut, memory, users sticky',
  'A server process killed while Redis is down',
])
