/**
 * Recordings of command shells, as the report of a past session lists them.
 *
 * @module
 */
import { request } from "./http.ts";

export interface RecordingInfo {
  readonly id: number;
  /** Whose shell it was: `account:7`. */
  readonly who: string;
  readonly program: string;
  /** RFC 3339. */
  readonly started: string;
  readonly ended: string | null;
  readonly bytes: number;
  /** Where the asciicast and the plain text are. */
  readonly cast: string;
  readonly transcript: string;
}

export function recordingsOf(session: number): Promise<readonly RecordingInfo[]> {
  return request("GET", `/api/reports/sessions/${session}/recordings`);
}

/** What is at the address of a recording's asciicast or transcript. */
export async function recordingText(address: string): Promise<string> {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) {
    throw new Error(`${answer.status} ${answer.statusText}`);
  }
  return answer.text();
}
