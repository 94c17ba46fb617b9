/**
 * Downloads of an endpoint's files: a ticket, whose address the browser saves, and how that fares.
 *
 * @module
 */
import { request } from "./http.ts";

export interface DownloadTicket {
  readonly id: string;
  readonly url: string;
}

export interface DownloadFare {
  readonly state: "waiting" | "running" | "paused" | "done" | "failed" | "cancelled";
  readonly size: number;
  readonly sent: number;
  readonly left_out: number;
  readonly detail: string;
  /** BLAKE3 of the whole content, in hexadecimal, once it went out in one piece. */
  readonly hash: string;
}

/** `paths` are in base64url. */
export function askDownload(
  session: number,
  paths: readonly string[],
  archive: boolean,
): Promise<DownloadTicket> {
  return request("POST", "/api/files", { session, paths, archive });
}

export function downloadFare(id: string): Promise<DownloadFare> {
  return request("GET", `/api/files/${id}`);
}

export function pauseDownload(id: string, paused: boolean): Promise<DownloadFare> {
  return request("POST", `/api/files/${id}`, { paused });
}

export function cancelDownload(id: string): Promise<void> {
  return request("DELETE", `/api/files/${id}`);
}
