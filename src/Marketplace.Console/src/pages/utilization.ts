/** Card-hours on offer that nobody holds; never less than none, since what was sold was on offer. */
export function freeCardHours(day: { listedCardHours: string; soldCardHours: string }): number {
  return Math.max(0, Math.round((Number(day.listedCardHours) - Number(day.soldCardHours)) * 1e6) / 1e6)
}

/** A part of what was listed, from 0 to 1; null where nothing was. */
export function shareOf(part: string, listed: string): number | null {
  return Number(listed) > 0 ? Number(part) / Number(listed) : null
}
