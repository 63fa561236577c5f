/** Columns of a terminal that everybody has. */
const SCREEN_WIDTH = 80

const RULE = '='.repeat(SCREEN_WIDTH)

/**
 * A title, then lines between two rules, at most 80 columns of plain ASCII; longer lines are wrapped under their own indent.
 * The title stands first, so that whoever shows only the first line of a message shows it.
 */
export function renderScreen(title: string, lines: readonly string[]): string {
  return [title, RULE, ...lines.flatMap((line) => wrap(line, SCREEN_WIDTH)), RULE].join('\n')
}

/** The same in a box, for warnings. */
export function renderBox(lines: readonly string[]): string {
  const inner = SCREEN_WIDTH - 4
  const edge = `+${'-'.repeat(SCREEN_WIDTH - 2)}+`
  const body = lines.flatMap((line) => wrap(line, inner)).map((line) => `| ${line.padEnd(inner)} |`)
  return [edge, ...body, edge].join('\n')
}

function wrap(line: string, width: number): string[] {
  const plain = toPlainAscii(line)
  const indent = /^\s*(- )?/.exec(plain)?.[0].length ?? 0
  const wrapped: string[] = []
  let rest = plain
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const cut = space > indent ? space : width
    wrapped.push(rest.slice(0, cut).trimEnd())
    rest = ' '.repeat(indent) + rest.slice(cut).trimStart()
  }
  return [...wrapped, rest]
}

/** A path may hold anything; a terminal must not be steered by it. */
function toPlainAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?')
}
