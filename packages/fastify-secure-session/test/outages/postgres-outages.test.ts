import { losesNothing } from './loses-nothing.ts'

losesNothing([
  'PostgreSQL killed and restarted',
  'PostgreSQL paused and resumed',
  'PostgreSQL connections cut',
  'PostgreSQL black-holed',
  'PostgreSQL read-only',
  'PostgreSQL full',
  'PostgreSQL full while Redis is away',
  'Redis and PostgreSQL killed, Redis restarted empty',
  'Redis killed and restarted empty while PostgreSQL is away',
])
