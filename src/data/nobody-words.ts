/**
 * What people write into a table where they do not know which animal it is: lower case, without accents, spaces and punctuation,
 * so that `N.A.`, `n/a` and `#N/A` are one word. docs/data.md has this list for people.
 */
export const nobodyWords: readonly string[] = words(`
  na nan nil null none unknown unkn unk unidentified unidentifiable unid undetermined undefined indet indeterminate
  unassigned unlabeled unlabelled unnamed unmatched unsure uncertain unclear missing nobody nodata
  notidentified notidentifiable notidentifiedyet notyetidentified notknown notdetermined notassigned notavailable notapplicable notsure
  noid noidentity noidentification noname nomatch noindividual withoutid withoutname empty blank tbd tba tbc tobedetermined tobeidentified
  unknownid unknownidentity unknownindividual unknownanimal unknownname unidentifiedindividual unidentifiedanimal idunknown
  newwhale newindividual
  desconocido desconocida desconocidos noidentificado noidentificada noidentificados sinidentificar sinidentificacion sinid sinnombre
  sindatos ninguno ninguna indeterminado indeterminada nulo nula vacio pordeterminar poridentificar individuodesconocido
  desconhecido desconhecida naoidentificado naoidentificada semidentificacao semid semnome semdados nenhum nenhuma aidentificar adeterminar
  individuodesconhecido
  inconnu inconnue nonidentifie nonidentifiee indetermine indeterminee aucun aucune sansnom sansid sansidentite aidentifier adeterminer
  unbekannt unbekannter unbekannte unbekanntes nichtidentifiziert unidentifiziert unbestimmt nichtbestimmt keineangabe kein keine keiner
  ohnenamen namenlos nichtbekannt
  sconosciuto sconosciuta nonidentificato nonidentificata nessuno nessuna ignoto ignota indeterminata senzanome
  onbekend nietgeidentificeerd ongeidentificeerd geen okand ejidentifierad ukjent ukendt ikkeidentifisert ikkeidentificeret tuntematon
  nieznany nieznana niezidentyfikowany neznamy neznama ismeretlen bilinmiyor bilinmeyen tidakdiketahui
  неизвестно неизвестныи неизвестная неизвестен неопознан неопознана неопределен неопределена неидентифицирован нет
  未知 未识别 未識別 未鉴定 未鑑定 未同定 不明 无 無 なし 미상 불명 알수없음
`)

/** Those that are words for nobody only with their marks: `nd` may be an animal's initials, `N.D.` and `n/d` hardly. Lower case, without spaces. */
export const nobodyMarks: readonly string[] = words(`
  n/d n.d. n.d s/d s.d. s/n s.n. s/i s.i. n/i n.i. n/k k.a. k.a -1 -99 -999 -9999
  #ref! #value! #name? #num! #div/0! #nv #wert! #bezug! #valeur!
`)

/** What makes a longer name suspicious: `unknown_01` may be one animal that has no name yet, or nobody. */
export const doubtfulWords: readonly string[] = words(`
  unknown unidentified unidentifiable unid unk unkn indet undetermined unnamed desconocido desconocida desconhecido desconhecida
  inconnu inconnue unbekannt unbekannter unbekannte sconosciuto sconosciuta onbekend неизвестныи неизвестная 未知 不明
`)

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
