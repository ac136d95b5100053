import type { DecidingData } from './deciding-data.ts'
import { htmlPage } from './html-page.ts'
import { inertJson } from './inert-json.ts'
import { pageBuild } from './page-build.ts'
import { pageStyle } from './page-style.ts'
import type { PhotoPicture } from './thumbnails.ts'

/**
 * A page for deciding as one HTML file that asks no network for anything: its policy allows its own script and style and pictures from inside. What comes
 * from data is JSON that the script writes as text. `pictures` by the numbers of the data's photos.
 */
export function decidingHtml(data: DecidingData, pictures: readonly (PhotoPicture | undefined)[]): string {
  const { code, style } = pageBuild('deciding')
  const shown = pictures.map((picture) =>
    picture === undefined ? null : { width: picture.width, height: picture.height, uri: picture.uri },
  )
  return htmlPage({
    about: data.title,
    page: 'decisions',
    style: `${pageStyle}\n${style}`,
    script: code,
    pictures: 'data:',
    metas: ['name="color-scheme" content="light dark"', 'name="referrer" content="no-referrer"'],
    body: `<noscript>This page needs its own script, which your browser does not run.</noscript>
<div id="page"></div>
<script type="application/json" id="deciding">${inertJson(data)}</script>
<script type="application/json" id="pictures">${inertJson(shown)}</script>
<script type="module">${code}</script>`,
  })
}
