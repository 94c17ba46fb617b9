/**
 * Why a try at a session came to nothing, and whether another one may help.
 *
 * @module
 */
import { RefusalCode } from "../wire/generated/control_pb.ts";
import type { Reason, Stage } from "./messages.ts";

/** A step did not work; trying again may help. */
export class StageError extends Error {
  override readonly name = "StageError";
  readonly stage: Stage;

  constructor(stage: Stage, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = stage;
  }
}

/** The relay refused; only for some reasons does it help to try again. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly reason: Reason;

  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.reason = reasonOf(code);
  }

  get mayPass(): boolean {
    return this.reason === "expired" || this.reason === "going-away" || this.reason === "full";
  }
}

/** The login behind this page has ended. */
export class LoggedOutError extends Error {
  override readonly name = "LoggedOutError";
}

const REASONS: Readonly<Record<number, Reason>> = {
  [RefusalCode.OPENER_TOO_OLD]: "opener-too-old",
  [RefusalCode.RELAY_TOO_OLD]: "relay-too-old",
  [RefusalCode.NOT_KNOWN]: "not-known",
  [RefusalCode.NOT_ALLOWED]: "not-allowed",
  [RefusalCode.EXPIRED]: "expired",
  [RefusalCode.OFFLINE]: "offline",
  [RefusalCode.FULL]: "full",
  [RefusalCode.MALFORMED]: "malformed",
  [RefusalCode.GOING_AWAY]: "going-away",
};

export function reasonOf(code: RefusalCode): Reason {
  return REASONS[code] ?? "unspecified";
}

/** Waits for `step`, at most `limitMs`; a failure names the stage. */
export async function staged<T>(stage: Stage, limitMs: number, step: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([step, late]);
  } catch (error) {
    throw error instanceof RefusedError || error instanceof LoggedOutError
      ? error
      : new StageError(stage, error);
  } finally {
    clearTimeout(timer);
  }
}
