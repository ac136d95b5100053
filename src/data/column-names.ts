/** The names of columns that hold one field: the usual ones, and those that often hold something else too. */
export interface ColumnNames {
  /** In the order in which they are preferred. */
  readonly usual: readonly string[]
  /** Taken where no usual name is there, and asked about where another column could be meant. */
  readonly doubtful?: readonly string[]
}

/** Kinds of animals whose individuals people tell apart. */
export const kindsOfAnimals: readonly string[] =
  'jaguar leopard tiger lion cheetah lynx ocelot puma bear seal whale dolphin shark turtle zebra giraffe elephant nyala newt salamander bird'.split(
    ' ',
  )

/** Without case, spaces and marks: `Animal ID`, `animal_id` and `AnimalID` are one name. */
export const columnNames = {
  filename: {
    usual:
      keys(`filename file_name file path image image_path photo filepath file_path image_file image_name image_filename img img_path
      img_name photo_path photo_file photo_name source_file fichier nom_fichier nom_du_fichier chemin archivo nombre_archivo nombre_de_archivo arquivo
      nome_arquivo nome_do_arquivo datei dateiname bild bilddatei foto imagen imagem bestand bestandsnaam`),
  },
  identity: {
    usual: [
      ...keys(`identity ground_truth individual individual_id individual_uuid identity_id identities individual_name individual_no individual_number
        ind_id indiv_id id_individual animal_id animal animal_name id_animal marked_individual marked_individual_id catalog_id catalogue_id
        organism_id organism_name known_individual metadata_individual metadata_individual_id individuo id_individuo individuo_id nombre_individuo individu id_individu individuum
        individuum_id tier tier_id tiername 个体 个体编号 個体 個体番号 особь`),
      ...kindsOfAnimals.flatMap((animal) => [`${animal}id`, `id${animal}`, `${animal}name`]),
    ],
    doubtful: keys('name label nombre nome nom naam namn nickname'),
  },
  encounter: {
    usual:
      keys(`encounter encounter_id sighting sighting_id encounter_number sighting_number encuentro id_encuentro avistamiento
      id_avistamiento avistamento encontro rencontre observation_event`),
    doubtful: keys('sequence_id seq_id event_id burst_id burst'),
  },
  timestamp: {
    // those with a time of day before those that are dates
    usual:
      keys(`timestamp datetime date_time time_stamp datetime_original fecha_hora data_hora datum_zeit date_heure zeitstempel horodatage
      capture_time aufnahmezeit date capture_date date_taken date_captured event_date observed_on fecha datum aufnahmedatum data`),
  },
  flank: { usual: keys('flank side viewpoint orientation body_side view lado flanco costado seite cote') },
  camera: {
    usual: keys(
      'camera camera_id station camera_name camera_trap camera_trap_id station_id trap_id deployment_id deployment camara estacion',
    ),
  },
  split: {
    usual: keys(
      'split subset dataset_split data_split partition set original_split split_name train_test train_val_test usage phase stage',
    ),
  },
  fold: { usual: keys('fold fold_id cv_fold kfold k_fold') },
  proposed: { usual: keys('proposed is_proposed') },
} as const satisfies Record<string, ColumnNames>

/** A field of a photo that a table's column can hold; a box is found apart. */
export type Field = keyof typeof columnNames

/** A column's name without what people vary in it. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * True for a name that may well mean an individual though it is none of the usual ones: `leopard_individual`, `ear tag`. What is
 * counted, weighed or said of an individual is not meant.
 */
export function mayBeIdentity(name: string): boolean {
  const key = keyOf(name)
  const about =
    /count|number|sex|age|note|comment|remark|conf|certain|score|stage|species|type|class|status|time|date|health|behav|size|weight|length|quality|photo|image|file|box/
  return (
    /individu|animal|identit|catalog|organism|eartag|tagid|collarid|microchip|nickname/.test(key) && !about.test(key)
  )
}

function keys(text: string): string[] {
  return text.trim().split(/\s+/).map(keyOf)
}
