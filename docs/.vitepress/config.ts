import { defineConfig } from 'vitepress'
import { linkErrorCodes } from './error-anchors.ts'
import { followReadmes } from './follow-readmes.ts'
import { writePackagePages } from './package-pages.ts'

const packages = writePackagePages()

export default defineConfig({
  title: 'Keyturn',
  description: 'Server-side sessions for Fastify whose secrets can change at any moment without one user being logged out.',
  base: process.env['DOCS_BASE'] ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ['README.md'],
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env['DOCS_BASE'] ?? '/'}logo.svg` }]],
  vite: { plugins: [followReadmes()] },
  markdown: { config: linkErrorCodes },
  themeConfig: {
    logo: '/logo.svg',
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/' },
      { text: 'Concepts', link: '/concepts/life-of-a-key', activeMatch: '^/concepts/' },
      { text: 'Packages', link: '/packages/', activeMatch: '^/packages/' },
      { text: 'Errors', link: '/reference/errors' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Getting started', link: '/guide/getting-started' },
          { text: 'When a store fails', link: '/guide/when-a-store-fails' },
        ],
      },
      {
        text: 'Migration',
        items: [
          { text: 'From express-session', link: '/guide/from-express-session' },
          { text: 'From @fastify/session', link: '/guide/from-fastify-session' },
          { text: 'From a JSON file', link: '/guide/from-json-file' },
          { text: 'Changing a secret in data', link: '/guide/changing-a-secret-in-data' },
          { text: 'A lost secret', link: '/guide/lost-secret' },
        ],
      },
      {
        text: 'Concepts',
        items: [
          { text: 'The life of a key', link: '/concepts/life-of-a-key' },
          { text: 'Key ids', link: '/concepts/key-ids' },
          { text: 'Sealed at rest', link: '/concepts/sealed-at-rest' },
          { text: 'What a request costs', link: '/concepts/what-a-request-costs' },
          { text: 'The near cache', link: '/concepts/near-cache' },
        ],
      },
      {
        text: 'Packages',
        items: [{ text: 'Overview', link: '/packages/' }, ...packages.map(({ name }) => ({ text: name, link: `/packages/${name}` }))],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Errors', link: '/reference/errors' },
          { text: 'What differs from @fastify/session', link: '/reference/differences-from-fastify-session' },
          { text: 'Speed', link: '/reference/speed' },
          { text: 'OWASP ASVS 5.0', link: '/reference/asvs' },
        ],
      },
      { text: 'Decisions', collapsed: true, items: [{ text: 'All decisions', link: '/decisions/' }] },
    ],
    footer: { message: 'Released under the MIT License.' },
  },
})
