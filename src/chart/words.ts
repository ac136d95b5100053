/** `1 photo`, `2 photos`; `many` where it is not `what` with an s. */
export function count(n: number, what: string, many = `${what}s`): string {
  return `${whole(n)} ${n === 1 ? what : many}`
}

/** 1 234 567 */
export function whole(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ' ')
}
