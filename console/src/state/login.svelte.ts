/**
 * Who is logged in in this tab.
 *
 * @module
 */
import * as api from "../api/client.ts";
import { problemBehind, RequestError } from "../api/problem.ts";

/** A text that the login form shows above its fields, by its key. */
export type LoginNotice =
  | "login-ended"
  | "login-expired"
  | "login-taken-over"
  | "login-code-wanted"
  | "login-code-wrong"
  | "login-wrong"
  | "login-throttled"
  | "error-network";

class Login {
  /** `unknown` until the relay has been asked. */
  phase = $state<"unknown" | "out" | "in">("unknown");
  /** Who is logged in. */
  me = $state.raw<api.Me | undefined>();
  notice = $state<LoginNotice | undefined>();
  busy = $state(false);

  /** Asks the relay whether the cookie of an earlier login still counts. */
  async resume(): Promise<void> {
    try {
      const who = await api.me();
      this.#set(who);
    } catch {
      this.phase = "out";
      this.notice = "error-network";
    }
  }

  /** How the user is called. */
  get name(): string {
    return this.me?.name || (this.me?.user ?? "");
  }

  /** Logs in; `code` is of the second factor. */
  async enter(user: string, password: string, code: string): Promise<void> {
    this.busy = true;
    this.notice = undefined;
    try {
      this.#set(await api.logIn(user, password, code.trim()));
    } catch (error) {
      this.notice = noticeOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** Signs out. Local at once; the relay is told in the same moment. */
  async leave(): Promise<void> {
    this.#out("login-ended");
    // A relay that cannot be reached ends the login when it expires; the page is out either way.
    await api.logOut().catch(() => undefined);
  }

  /** The relay says that the login is over. */
  expired(): void {
    if (this.phase === "in") {
      this.#out("login-expired");
    }
  }

  /** Another console of the same account was opened. */
  takenOver(): void {
    if (this.phase === "in") {
      this.#out("login-taken-over");
    }
  }

  #set(who: api.Me | undefined): void {
    this.phase = who ? "in" : "out";
    this.me = who;
  }

  #out(notice: LoginNotice): void {
    this.phase = "out";
    this.me = undefined;
    this.notice = notice;
  }
}

export const login = new Login();

function noticeOf(error: unknown): LoginNotice {
  const status = error instanceof RequestError ? error.status : 0;
  const key = problemBehind(error)?.key;
  if (key === "code-wanted" || key === "wrong-code") {
    return key === "code-wanted" ? "login-code-wanted" : "login-code-wrong";
  }
  switch (status) {
    case 401:
    case 403:
      return "login-wrong";
    case 429:
      return "login-throttled";
    default:
      return "error-network";
  }
}
