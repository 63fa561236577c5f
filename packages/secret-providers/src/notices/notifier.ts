import { renderBox } from './screen.ts'

/** Where warnings for people go: a terminal gets a box, anything else one line of JSON. */
export interface NoticeStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Notice {
  /** Stable name for machines, such as `ephemeral-secret`. */
  readonly name: string
  /** One sentence. */
  readonly title: string
  /** What it means and what to do, a paragraph each. */
  readonly details: readonly string[]
  /** A command to copy, printed outside the box. */
  readonly command?: string
}

export function notify(stream: NoticeStream, notice: Notice, now: number): void {
  stream.write(stream.isTTY === true ? renderForTerminal(notice) : renderForMachines(notice, now))
}

function renderForTerminal({ title, details, command }: Notice): string {
  const box = renderBox([`WARNING: ${title}`, ...details.flatMap((detail) => ['', detail])])
  return `\n${box}\n${command === undefined ? '' : `\n${command}\n`}\n`
}

function renderForMachines({ name, title, details, command }: Notice, now: number): string {
  const line = { level: 'warn', time: new Date(now).toISOString(), notice: name, msg: [title, ...details].join(' '), command }
  return `${JSON.stringify(line)}\n`
}
