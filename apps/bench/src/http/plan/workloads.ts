export type WorkloadName = 'r1' | 'r1-4k' | 'r2' | 'r3' | 'r4' | 'r5' | 'r6'

export interface Workload {
  readonly name: WorkloadName
  readonly title: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Bytes of JSON in each session that is prepared; `undefined`: requests carry no cookie. */
  readonly sessionBytes: number | undefined
  /** Servers run with sliding expiry and a short idle timeout. */
  readonly sliding: boolean
  /** The server changes its secret while it is measured. */
  readonly rotates: boolean
}

const plain = { method: 'GET', path: '/read', sessionBytes: 500, sliding: false, rotates: false } as const

/** In the order in which a round runs them: what is compared with each other stands close together. */
export const workloads: readonly Workload[] = [
  { ...plain, name: 'r3', title: 'R3 no cookie', path: '/anonymous', sessionBytes: undefined },
  { ...plain, name: 'r1', title: 'R1 read, 500 bytes' },
  { ...plain, name: 'r6', title: 'R6 read during a rotation', rotates: true },
  { ...plain, name: 'r1-4k', title: 'R1 read, 4 KB', sessionBytes: 4096 },
  { ...plain, name: 'r2', title: 'R2 change one field', method: 'POST', path: '/change' },
  { ...plain, name: 'r4', title: 'R4 sign-in', method: 'POST', path: '/sign-in?bytes=500', sessionBytes: undefined },
  { ...plain, name: 'r5', title: 'R5 read, sliding expiry', sliding: true },
]

export function findWorkload(name: WorkloadName): Workload {
  const found = workloads.find((workload) => workload.name === name)
  if (found === undefined) throw new TypeError(`There is no workload ${name}`)
  return found
}
