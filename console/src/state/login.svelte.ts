/**
 * Who is logged in in this tab.
 *
 * @module
 */
import * as api from "../api/client.ts";
import { RequestError } from "../api/problem.ts";

/** A text that the login form shows above its fields, by its key. */
export type LoginNotice =
  | "login-ended"
  | "login-expired"
  | "login-wrong"
  | "login-throttled"
  | "error-network";

class Login {
  /** `unknown` until the relay has been asked. */
  phase = $state<"unknown" | "out" | "in">("unknown");
  /** How the user is called. */
  name = $state("");
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

  async enter(user: string, password: string): Promise<void> {
    this.busy = true;
    this.notice = undefined;
    try {
      this.#set(await api.logIn(user, password));
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

  #set(who: api.Me | undefined): void {
    this.phase = who ? "in" : "out";
    this.name = who?.name || (who?.user ?? "");
  }

  #out(notice: LoginNotice): void {
    this.phase = "out";
    this.name = "";
    this.notice = notice;
  }
}

export const login = new Login();

function noticeOf(error: unknown): LoginNotice {
  const status = error instanceof RequestError ? error.status : 0;
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
