import type { BinaryRole } from '../binaries/binary-role.ts'

export const chromiumRole: BinaryRole = {
  name: 'chromium',
  variable: 'KEYTURN_CHROMIUM',
  candidates: [
    'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  probe: { args: ['--version'], prints: /(Chromium|Google Chrome) \d+/ },
  debian: { packages: ['chromium', 'chromium-common', 'fonts-liberation'], paths: ['usr/lib/chromium/chromium'] },
  remedy: 'Install Chromium (`apt-get install chromium`, `brew install chromium`)',
}
