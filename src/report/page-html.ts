import { check, counted } from '../base/index.ts'
import { chartStyle, escapeText, explanationSides, svgInline } from '../chart/index.ts'
import type { CertificateSection } from './certificate.ts'
import { matchHeatOf, type Views } from './channels.ts'
import type { ReportData } from './data.ts'
import { explanationWarning, explanationWords } from './explanation-words.ts'
import { htmlPage } from './html-page.ts'
import { inertJson } from './inert-json.ts'
import { mapLines } from './map-csv.ts'
import { metricsJson } from './metrics-json.ts'
import { pageBuild } from './page-build.ts'
import { pageStyle } from './page-style.ts'
import { pairFigures, pairStyle } from './pair-figures.ts'
import { chartsOf } from './pictures.ts'
import type { PhotoPicture } from './thumbnails.ts'

/**
 * The report as one HTML file that asks no network for anything: data, pictures, style and code are inside, and its
 * Content-Security-Policy allows this one script and this one style sheet, by their hashes, and images from inside. What comes
 * from data (names, labels) is JSON that the code writes as text; the log is only in the picture of its curves. `pictures`: one for each photo, or none; `views`: those of the explanations; `certificate`: pairs across borders, shown before the charts.
 */
export function pageHtml(
  data: ReportData,
  pictures: readonly PhotoPicture[],
  views: readonly Views[] = [],
  certificate: readonly CertificateSection[] = [],
): string {
  check(
    pictures.length === 0 || pictures.length === data.photos.length,
    `report: expected a picture for each of ${counted(data.photos.length, 'photo')}, got ${pictures.length}`,
  )
  const build = pageBuild()
  const style = `${pageStyle}\n${chartStyle()}\n${build.style}\n${pairStyle}`
  const { code } = build
  const charts = chartsOf(data).map((chart) => `<figure>${svgInline(chart)}</figure>`)
  const nearest = certificate.map(
    ({ title, pairs }) => `<section class="nearest"><h2>${title}</h2>${pairFigures(pairs)}</section>`,
  )
  const matches = views.map((pair, i) => {
    const explanation = data.explanations[i]!
    const words = explanationWords(explanation).map((sentence) => `<p>${escapeText(sentence)}</p>`)
    const warning = explanationWarning(explanation)
    const doubt = warning === '' ? '' : `<p class="doubt">${warning}</p>`
    const drawn = [doubt, ...explanationSides(matchHeatOf(explanation, pair)).map(svgInline), ...words]
    return `<template id="why-${explanation.query}-${explanation.match}">${drawn.join('')}</template>`
  })
  return htmlPage({
    about: data.title,
    page: 'report',
    style,
    script: code,
    pictures: 'data: blob:',
    metas: ['name="color-scheme" content="light dark"', 'name="referrer" content="no-referrer"'],
    body: `<noscript>This page needs its own script, which your browser does not run.</noscript>
<main id="page"></main>
<template id="charts">${[...nearest, ...charts].join('\n')}</template>
${matches.join('\n')}
<script type="application/json" id="report">${inertJson({ ...data, curves: null })}</script>
<script type="application/json" id="files">${inertJson({ metrics: metricsJson(data), map: mapLines(data) })}</script>
<script type="application/json" id="pictures">${inertJson(pictures)}</script>
<script type="module">${code}</script>`,
  })
}
