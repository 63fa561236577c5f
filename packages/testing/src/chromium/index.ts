export { startChromium } from './start-chromium.ts'
export type { ChromiumOptions } from './start-chromium.ts'
