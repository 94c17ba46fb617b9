/**
 * What may be done with the computers of a place. Pure.
 *
 * @module
 */
import type { JumpRight, Place, ReachedPlace } from "../../api/jump.ts";

export function mayIn(places: readonly ReachedPlace[], place: Place, right: JumpRight): boolean {
  const found = places.find((one) => one.place.kind === place.kind && one.place.id === place.id);
  return found?.access.rights.includes(right) ?? false;
}
