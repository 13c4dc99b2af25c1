import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Ant Design measures a scrollbar with a style that it gives no nonce to, and the content security policy refuses it. */
function nonceForScrollbars(): Plugin {
  const bare = '}`, randomId)'
  return {
    name: 'nonce-for-scrollbars',
    transform(code, id) {
      if (!/@rc-component\/util\/es\/getScrollBarSize\.js/.test(id)) {
        return null
      }
      if (!code.includes(bare)) {
        this.error('getScrollBarSize is written otherwise now')
      }
      return code.replace(bare, `}\`, randomId, { csp: { nonce: document.querySelector('meta[property=csp-nonce]')?.nonce } })`)
    },
  }
}

export default defineConfig({
  plugins: [react(), nonceForScrollbars()],
  // Stands in the page for the nonce that the Api puts into each answer (ConsoleFiles).
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../Marketplace.Api/obj/wwwroot',
    emptyOutDir: true,
    // An inlined file would need data: addresses in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '^/(v1|connect|openapi|docs|health)': 'http://localhost:5080' } },
})
