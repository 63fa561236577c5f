import { losesNothing } from './loses-nothing.ts'

losesNothing([
  'Redis killed, restarted empty',
  'Redis killed, restarted with old data',
  'Redis killed and back at once, empty',
  'Redis paused and resumed',
  'Redis black-holed',
  'Redis full',
])
