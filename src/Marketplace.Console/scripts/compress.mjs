// Writes what the Api sends instead of each file where the browser takes it: brotli and gzip, as small as they get.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const folder = new URL('../../Marketplace.Api/obj/wwwroot', import.meta.url).pathname
const text = /\.(js|css|svg)$/

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (entry.isFile() && text.test(entry.name)) {
    const file = join(entry.parentPath, entry.name)
    const content = readFileSync(file)
    writeFileSync(file + '.br', brotliCompressSync(content))
    writeFileSync(file + '.gz', gzipSync(content, { level: 9 }))
  }
}
