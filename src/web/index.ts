/**
 * The report page in the browser: the map, the photos, the heat map and the numbers of one report, whose data are in the page.
 * Bundled into one script; nobody imports it, and `report` puts it into its page.
 */
import type { ReportData } from '../report/data.ts'
import { Compare } from './compare.ts'
import { header } from './header.ts'
import { heatTab } from './heat-tab.ts'
import { Links, type Seen } from './link.ts'
import { mapTab } from './map-tab.ts'
import { type Files, Model, type Picture } from './model.ts'
import { mistakes } from './neighbours.ts'
import { numbersTab } from './numbers-tab.ts'
import { photosTab } from './photos-tab.ts'
import { Tabs } from './tabs.ts'

/** The page: its data are JSON in script elements, its charts SVG in a template. */
function main(): void {
  const data = JSON.parse(textOf('report')) as ReportData
  const pictures = JSON.parse(textOf('pictures')) as readonly Picture[]
  const model = new Model(data, pictures, JSON.parse(textOf('files')) as Files)
  model.selected = mistakes(model)[0] ?? 0
  const links = new Links(model)
  const compare = new Compare(model)
  const openPair = (a: number, b: number) => compare.open(a, b)
  const charts = document.getElementById('charts') as HTMLTemplateElement
  const tabs = new Tabs({
    map: () =>
      mapTab(model, (photo) => {
        model.select(photo)
        tabs.show('photos')
      }),
    photos: () => photosTab(model, links, openPair),
    heat: () => heatTab(model, openPair),
    numbers: () =>
      numbersTab(model, charts.content, (identity) => {
        model.choose(data.photos.flatMap((photo, i) => (photo.identity === identity ? [i] : [])))
        tabs.show('map')
      }),
  })
  document.getElementById('page')!.append(header(data), ...tabs.elements, compare.element)
  const asked = links.read(location.hash)
  tabs.show(asked?.view ?? 'map')
  if (asked !== undefined) follow(asked)
  rememberWhatIsSeen()
  printWithCharts()

  function follow({ view, photo, match }: Seen): void {
    if (photo !== undefined) view === 'map' ? model.choose([photo]) : model.select(photo)
    tabs.show(view)
    if (match !== undefined) compare.open(photo ?? model.selected, match)
    else if (compare.pair !== undefined) compare.close()
  }

  /** The address always leads back to what is seen. */
  function rememberWhatIsSeen(): void {
    const write = () => {
      const [photo, match] = compare.pair ?? [model.selected]
      history.replaceState(null, '', links.fragment({ view: tabs.shown, photo, match }))
    }
    model.onChange(write)
    tabs.onChange = write
    compare.onChange = write
    addEventListener('hashchange', () => {
      const seen = links.read(location.hash)
      if (seen !== undefined) follow(seen)
    })
  }

  /** Paper gets the charts as well, whichever view is shown. */
  function printWithCharts(): void {
    const prepare = () => tabs.make('numbers')
    addEventListener('beforeprint', prepare)
    matchMedia('print').addEventListener('change', prepare)
  }
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? ''
}

main()
