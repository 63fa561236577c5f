/**
 * Commands that take files out of every commit, for a human to read and run in a fresh clone.
 *
 * @see https://github.com/newren/git-filter-repo
 */
export function cleanUpCommands(paths: readonly string[]): string[] {
  const selected = paths.map((path) => `--path ${quoteShell(path)}`).join(' ')
  return [
    '# Whoever had a clone has the data: end all sessions and renew every token in the file first.',
    '# In a fresh clone, with git-filter-repo installed (pip install git-filter-repo):',
    'git clone --mirror "$REPOSITORY_URL" clean-up.git && cd clean-up.git',
    'git bundle create ../before-clean-up.bundle --all',
    `git filter-repo --invert-paths ${selected}`,
    `git log --all --oneline -- ${paths.map(quoteShell).join(' ')}   # must print nothing`,
    'git push --mirror --force "$REPOSITORY_URL"',
    '# Then everyone deletes their clone and clones anew; ask the host to drop cached views and forks; delete the bundle.',
  ]
}

function quoteShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
