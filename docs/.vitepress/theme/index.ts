import DefaultTheme from 'vitepress/theme'
import type { Theme } from 'vitepress'
import KeyLife from './KeyLife.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('KeyLife', KeyLife)
  },
} satisfies Theme
