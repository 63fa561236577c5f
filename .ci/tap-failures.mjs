// Which assertions of a TAP file failed, each by its file, the tests around it, and its own name.

const SUBTEST = /^( *)# Subtest: (.*)$/
const NOT_OK = /^( *)not ok \d+ - (.*)$/
const INDENT = 4

/**
 * @param {string} tap - Text of the file.
 * @returns {string[]} innermost ones only, in the order of the file
 */
export function readFailures(tap) {
  const path = []
  const failures = []
  for (const line of tap.split('\n')) {
    const subtest = SUBTEST.exec(line)
    if (subtest !== null) path.splice(subtest[1].length / INDENT, path.length, subtest[2])
    const notOk = NOT_OK.exec(line)
    if (notOk === null) continue
    const name = [...path.slice(0, notOk[1].length / INDENT), notOk[2].replace(/ # time=\S+( \{)?$/, '')].join(' > ')
    // A test whose part failed fails too, and says nothing new.
    if (!failures.some((inner) => inner.startsWith(`${name} > `))) failures.push(name)
  }
  return failures
}
