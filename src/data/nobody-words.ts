import { kindsOfAnimals } from './column-names.ts'

/** Words that, beside the name of a kind of animals, say no more than alone: `unknown jaguar`, `JaguarUnknown`. */
const unknown = ['unknown', 'unidentified', 'unidentifiable', 'unid', 'unk']
const kinds = [...kindsOfAnimals, 'animal', 'individual', 'species', 'cat', 'felid', 'mammal']

/**
 * What people write into a table where they do not know which animal it is: lower case, without accents, spaces and punctuation,
 * so that `N.A.`, `n/a` and `#N/A` are one word. docs/data.md has this list for people.
 */
export const nobodyWords: readonly string[] = [
  ...words(`
  na nan nil null none unknown unkn unk unidentified unidentifiable unid unident unidentif unidentifed undetermined undet undefined indet
  indeterminate unassigned unlabeled unlabelled unnamed unmatched unsure uncertain unclear unspecified unrecognized unrecognised
  unrecognizable unrecognisable unclassified missing nobody nodata
  notidentified notidentifiable notidentifiedyet notyetidentified notknown notdetermined notassigned notavailable notapplicable notsure
  notnamed notnamedyet noid noidea noidyet noidentity noidentification noname nonameyet nomatch noindividual noanimal withoutid withoutname
  empty blank pending idpending pendingid needsid idneeded
  tbd tba tbc tobedetermined tobeidentified tobenamed tobeassigned toidentify toid tobeid toassign todetermine
  cannotidentify cantidentify cannotbeidentified cannotid couldnotidentify dontknow
  unknownid unknownidentity unknownname idunknown identityunknown nameunknown
  newwhale newindividual
  unsorted notsorted tosort tobesorted unprocessed untagged uncategorized uncategorised unmarked nomarks
  untitled untitledfolder newfolder neuerordner nuevacarpeta novapasta nouveaudossier nuovacartella
  false falsch falso onwaar
  desconocido desconocida desconocidos noidentificado noidentificada noidentificados noidentificable noident sinidentificar sinidentificacion
  sinclasificar porclasificar sinmarcas sinid sinnombre sinasignar sindatos ninguno ninguna indeterminado indeterminada indefinido indefinida nulo nula vacio pendiente
  pordeterminar poridentificar porconfirmar individuodesconocido jaguardesconocido animaldesconocido
  desconhecido desconhecida naoidentificado naoidentificada naoidentificavel naoident semidentificacao semid semnome semdados nenhum nenhuma
  naoclassificado semclassificacao semmarcas aidentificar adeterminar pendente individuodesconhecido animaldesconhecido
  inconnu inconnue nonidentifie nonidentifiee nonidentifiable nonident pasidentifie indetermine indeterminee aucun aucune sansnom sansid
  nontrie nontries nontriees atrier sansidentite aidentifier adeterminer individuinconnu animalinconnu
  unbekannt unbekannter unbekannte unbekanntes unbek nichtidentifiziert nichtidentifizierbar nichterkannt unidentifiziert unbestimmt
  unsortiert nichtsortiert zusortieren unbestimmbar nichtbestimmt zubestimmen keineangabe kein keine keiner ohnenamen namenlos nichtbekannt unbekanntestier
  sconosciuto sconosciuta nonidentificato nonidentificata daidentificare nessuno nessuna ignoto ignota indeterminata senzanome
  onbekend onbekende nietgeidentificeerd ongeidentificeerd geen okand ejidentifierad ukjent ukendt ikkeidentifisert ikkeidentificeret
  tuntematon
  nieznany nieznana niezidentyfikowany neznamy neznama ismeretlen bilinmiyor bilinmeyen tidakdiketahui haijulikani
  неизвестно неизвестныи неизвестная неизвестен неопознан неопознана неопределен неопределена неидентифицирован нет невідомо невідомии
  невідома
  未知 未知个体 未知個体 未识别 未識別 未鉴定 未鑑定 未同定 未特定 未命名 未确定 待定 待鉴定 不明 不详 個体不明 无 無 なし 미상 불명 알수없음
`),
  ...kinds.map((kind) => `new${kind}`),
  ...unknown.flatMap((word) => kinds.flatMap((kind) => [`${word}${kind}`, `${word}${kind}s`, `${kind}${word}`])),
]

/** Those that are words for nobody only with their marks: `nd` may be an animal's initials, `N.D.` and `n/d` hardly. Lower case, without spaces. */
export const nobodyMarks: readonly string[] = words(`
  n/d n.d. n.d s/d s.d. s/n s.n. s/i s.i. s/id n/i n.i. n/k n.n. n.n n/n k.a. k.a u/i u/k id? ?id name? who? wer? quien? ¿quien? ¿quién? quién?
  qui? -1 -99 -999 -9999
  #ref! #value! #name? #num! #div/0! #nv #wert! #bezug! #valeur!
`)

/** Letters that stand for nobody as often as for a name: `NN` is nomen nescio, or somebody's initials. */
export const nobodyInitials: readonly string[] = words('nn xx xxx')

/**
 * Whole labels that stand for photos without one animal's name as often as for an animal called so: a pile to be looked at, a yes or no, a sex or
 * an age. Written as `nobodyWords` are.
 */
export const doubtfulLabels: readonly string[] = words(`
  new news newones nuevo nueva nuevos nuevas novo novos novas neu neue nouveau nouvelle nouveaux nuovo nuovi nieuw
  other others otro otros otra otras outro outros autre autres andere sonstige altri misc miscellaneous various varios diverse divers mixed
  multiple several rest remaining
  todo tocheck toreview review check checkme inbox incoming import imported temp tmp temporary
  duplicate duplicates rejected rejects unusable blurry blurred notgood baddata
  yes no true vrai faux wahr verdadero verdadeiro vero
  animal animals individual individuals male female males females adult adults juvenile juveniles subadult subadults cub cubs macho hembra femea
`)

/** What makes a longer name suspicious: `unknown_01` may be one animal that has no name yet, or nobody. */
export const doubtfulWords: readonly string[] = words(`
  unid unident unk unkn unnamed indet undet probable probably possible possibly maybe perhaps likely uncertain unsure unconfirmed
  未知 不明
`)

/** The same, in whatever letters stand around them: `UnknownMale1`. Too long to be part of another name. */
export const doubtfulStems: readonly string[] = words(`
  unknown unidentif undetermin indetermin unrecogni notidentified tobeidentified toidentify
  desconocid desconhecid noidentificad sinidentificar naoidentificad inconnu nonidentifie unbekannt nichtidentifiziert sconosciut
  nonidentificat onbekend неизвестн неопознан 未知 不明
`)

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
