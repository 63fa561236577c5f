import { type Spread, spreadOf } from '../http/run/figures.ts'

/** One way to do a piece of work. */
export interface Subject {
  readonly name: string
  /** Does it `times` times and answers how many microseconds of CPU one took. */
  run(times: number): Promise<number> | number
}

/** Ways to do the same work, measured in turn. */
export interface Comparison {
  readonly name: string
  /** The first is ours. */
  readonly subjects: readonly [Subject, ...Subject[]]
  /** What ours must reach: `against` is the name of another subject. */
  readonly goals: readonly Goal[]
}

export interface Goal {
  readonly against: string
  /** Time of the other over ours must be at least this. */
  readonly timesAsFast: number
}

export interface Measured {
  readonly comparison: Comparison
  readonly subjects: readonly { readonly name: string; readonly micros: Spread; readonly speed: Spread }[]
}

export interface MeasureOptions {
  readonly rounds: number
  /** Milliseconds that each subject works in each round. */
  readonly sliceMs: number
  /** Milliseconds that each subject works before the first round: the compiler takes its time, and processor time. */
  readonly warmUpMs: number
}

/**
 * Measures every subject in every round, beginning with another one each time, and compares within a round: what
 * slowed the machine for a while slowed all of them.
 */
export async function measure(comparison: Comparison, { rounds, sliceMs, warmUpMs }: MeasureOptions): Promise<Measured> {
  const { subjects } = comparison
  const times = new Map<Subject, number>()
  for (const subject of subjects) {
    await timesWithin(subject, warmUpMs)
    times.set(subject, await timesWithin(subject, sliceMs))
  }
  const micros = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(round + i) % subjects.length] as Subject
      micros.get(subject)?.push(await subject.run(times.get(subject) as number))
    }
  }
  const ours = micros.get(subjects[0]) as number[]
  return {
    comparison,
    subjects: subjects.map((subject) => {
      const own = micros.get(subject) as number[]
      const speed = own.map((value, round) => value / (ours[round] as number))
      return { name: subject.name, micros: spreadOf(own), speed: spreadOf(speed) }
    }),
  }
}

/** How often a subject does its work in a time. */
async function timesWithin(subject: Subject, ms: number): Promise<number> {
  let times = 100
  for (;;) {
    const tookMs = ((await subject.run(times)) * times) / 1000
    if (tookMs >= ms / 2) return Math.max(1, Math.round((times * ms) / tookMs))
    times *= 2
  }
}

/** A subject of synchronous work. */
export function synchronous(name: string, work: (index: number) => unknown): Subject {
  return {
    name,
    run(times) {
      const before = process.cpuUsage()
      for (let i = 0; i < times; i++) work(i)
      return cpuMicrosSince(before) / times
    },
  }
}

/** A subject of work that is awaited, one piece after the other. */
export function awaited(name: string, work: (index: number) => Promise<unknown>): Subject {
  return {
    name,
    async run(times) {
      const before = process.cpuUsage()
      for (let i = 0; i < times; i++) await work(i)
      return cpuMicrosSince(before) / times
    },
  }
}

/** Of the process with all its threads: what other processes take meanwhile does not count. */
function cpuMicrosSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}
