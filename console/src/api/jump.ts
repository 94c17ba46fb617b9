/**
 * Unattended computers over HTTP: where they are listed, what is known of them, and sessions with them.
 *
 * @module
 */
import type { Permission } from "./desk.ts";
import { request, withQuery } from "./http.ts";

/** Where an item is listed: in a group, or in somebody's personal list. */
export interface Place {
  readonly kind: "group" | "personal";
  readonly id: number;
}

export type JumpRight = "start" | "add" | "edit" | "remove";

/** A group or list that one reaches. */
export interface ReachedPlace {
  readonly place: Place;
  readonly name: string;
  readonly items: number;
  readonly access: { readonly rights: readonly JumpRight[]; readonly session: readonly Permission[] };
}

/** What people say of an item. */
export interface Label {
  readonly name: string;
  readonly comments: string;
  readonly tags: readonly string[];
  /** By code name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly policy: number | null;
}

/** What its agent says of the computer. */
export interface Seen {
  readonly host_name: string;
  readonly os: string;
  readonly os_version: string;
  readonly software: string;
  readonly user: string;
  readonly public_ip: string;
  readonly private_ips: readonly string[];
  /** Why its screen cannot be reached with nobody present, if it cannot. */
  readonly unattended: string | null;
}

export interface Item {
  readonly id: string;
  readonly version: number;
  readonly place: Place;
  readonly label: Label;
  readonly has_password: boolean;
  readonly seen: Seen;
  readonly enrolled: string;
  readonly is_online: boolean;
  readonly since: string | null;
}

export interface Listing {
  readonly items: readonly Item[];
  readonly found: number;
  /** More were found than are shown. */
  readonly asks_to_narrow: boolean;
}

export interface InstallToken {
  readonly id: number;
  readonly by: number | null;
  readonly place: Place;
  readonly label: Label;
  readonly expires: string;
  readonly uses_left: number;
}

export interface MadeToken {
  readonly id: number;
  readonly token: string;
  /** What is run on the computer, where the agent is installed. */
  readonly command: string;
  readonly expires: string;
}

export const placeText = ({ kind, id }: Place): string => `${kind}:${id}`;

export const places = (): Promise<ReachedPlace[]> => request("GET", "/api/jump/places");
export const frequent = (): Promise<Item[]> => request("GET", "/api/jump/frequent");
export const item = (id: string): Promise<Item> => request("GET", `/api/jump/items/${id}`);

/** `criteria` by name: `search_string`, `client.tag`, `session.custom.CODE` … */
export const items = (
  place: Place | undefined,
  criteria: Readonly<Record<string, string>>,
): Promise<Listing> =>
  request("GET", withQuery("/api/jump/items", { place: place && placeText(place), ...criteria }));

/** Starts a session with an item, or comes into the one that is there. */
export const start = (
  id: string,
  how: { readonly overrides_schedule?: boolean; readonly password?: string },
): Promise<{ session: number }> => request("POST", `/api/jump/items/${id}/sessions`, how);

export const relabel = (id: string, version: number, label: Label): Promise<void> =>
  request("PUT", `/api/jump/items/${id}/label`, { version, label });
export const move = (id: string, to: Place): Promise<void> =>
  request("PUT", `/api/jump/items/${id}/place`, { to });
export const setPassword = (id: string, password: string | null): Promise<void> =>
  request("PUT", `/api/jump/items/${id}/password`, { password });
export const remove = (id: string): Promise<void> => request("DELETE", `/api/jump/items/${id}`);

export const tokens = (): Promise<InstallToken[]> => request("GET", "/api/jump/tokens");
export const makeToken = (wish: {
  readonly place: Place;
  readonly label?: Partial<Label>;
  readonly valid_for_s: number;
  readonly uses_max?: number;
}): Promise<MadeToken> => request("POST", "/api/jump/tokens", wish);
export const revokeToken = (id: number): Promise<void> => request("DELETE", `/api/jump/tokens/${id}`);
