/**
 * The console's types against the relay's own, at compile time: `npm run check` fails where they differ. What the relay
 * answers must be what we read; what we send must be what it takes; and a record, which is read and sent back whole,
 * must be all of it, or saving one would lose what we do not know of.
 *
 * @module
 */
import type * as administration from "../src/api/administration.ts";
import type * as client from "../src/api/client.ts";
import type * as desk from "../src/api/desk.ts";
import type * as files from "../src/api/files.ts";
import type * as relay from "../src/api/generated/openapi.ts";
import type * as jump from "../src/api/jump.ts";
import type * as problem from "../src/api/problem.ts";
import type * as recordings from "../src/api/recordings.ts";
import type * as records from "../src/api/records.ts";
import type * as portal from "../src/portal/api.ts";
import type * as guest from "../src/portal/guest-api.ts";

/** As who only reads it sees it. */
type Frozen<T> = T extends (infer Item)[] | readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Field in keyof T]: Frozen<T[Field]> }
    : T;

/** What an answer may leave out it leaves out where there is none, and never says null instead. */
type Told<T> = T extends unknown
  ? { [Field in keyof T]: undefined extends T[Field] ? Exclude<T[Field], null> : T[Field] }
  : never;

/** Each answer of the relay is what we read. */
type Read<Theirs extends Frozen<Ours>, Ours> = Theirs;
/** Each of ours is what the relay takes. */
type Sent<Ours extends Theirs, Theirs> = Ours;
/** Read and sent back: of each field, both ways, and neither has one that the other has not. */
type Kept<Theirs extends Frozen<Ours> & Record<keyof Ours, unknown>, Input, Ours extends Input> = [
  Theirs,
  Record<keyof Ours, unknown> extends Record<keyof Theirs, unknown> ? Input : never,
] extends [unknown, never]
  ? { readonly fieldsThatWeDoNotKnow: Exclude<keyof Theirs, keyof Ours> }
  : true;

/** The answers. */
export type Answers = [
  Read<relay.Login, administration.Login>,
  Read<relay.Token, administration.Token>,
  Read<relay.PastSession, administration.Past>,
  Read<relay.PastStay, administration.Stay>,
  Read<relay.Status, administration.Status>,
  Read<relay.Me, client.Me>,
  Read<relay.Endpoint, client.Endpoint>,
  Read<relay.Ticket, client.Ticket>,
  Read<relay.Queue, desk.Queue>,
  Read<relay.Participant, desk.Participant>,
  Read<relay.Effective, desk.Effective>,
  Read<relay.Preferences, desk.Preferences>,
  Read<relay.ListedQueue, desk.ListedQueue>,
  Read<relay.Origin, desk.Origin>,
  Read<relay.Client, desk.CustomerClient>,
  Read<relay.CustomerPresence, desk.CustomerPresence>,
  Read<relay.PathLimits, desk.PathLimits>,
  Read<relay.Rights, desk.Rights>,
  Read<relay.Session, desk.Session>,
  Read<relay.QueueLine, desk.Line>,
  Read<relay.Targets, desk.Targets>,
  Read<relay.TeamMember, desk.TeamMember>,
  Read<relay.TeamWithMembers, desk.Team>,
  Read<relay.Said, desk.Said>,
  Read<Told<relay.Name>, desk.Name>,
  Read<relay.OpenInvitation, desk.OpenInvitation>,
  Read<relay.Guest, desk.Guest>,
  Read<relay.OpenInvitations, desk.OpenInvitations>,
  Read<relay.SessionKey, desk.SessionKey>,
  Read<relay.SessionKeyMade, desk.MadeKey>,
  Read<relay.ExternalMade, desk.MadeGuest>,
  Read<relay.ScriptView, desk.Script>,
  Read<relay.Download, files.DownloadTicket>,
  // The relay's document says a text where only these words come.
  Read<relay.DownloadFare & Pick<files.DownloadFare, "state">, files.DownloadFare>,
  Read<relay.ItemPlace, jump.Place>,
  Read<relay.JumpRight, jump.JumpRight>,
  Read<relay.Reached, jump.ReachedPlace>,
  Read<relay.Label, jump.Label>,
  Read<relay.Seen, jump.Seen>,
  Read<relay.JumpItem, jump.Item>,
  Read<relay.JumpListing, jump.Listing>,
  Read<relay.InstallToken, jump.InstallToken>,
  Read<relay.InstallTokenMade, jump.MadeToken>,
  Read<Told<relay.Problem>, problem.Problem>,
  Read<relay.Recording, recordings.RecordingInfo>,
  Read<relay.PublicPortal, portal.Page>,
  Read<relay.CustomerSession, portal.State>,
  Read<relay.GuestInvitation, guest.Invitation>,
  Read<relay.GuestSession, guest.Seat>,
];

/** What we send. */
export type Requests = [
  Sent<portal.Wish, relay.StartWish>,
  Sent<desk.SessionAct, relay.SessionAct>,
  Sent<desk.Invited, relay.Invited>,
  Sent<desk.NewGuest, relay.ExternalWish>,
  Sent<administration.Scope, relay.Scope>,
];

/** What is read and sent back whole. */
export const RECORDS: [
  Kept<relay.Account, relay.AccountInput, records.Account>,
  Kept<relay.Team, relay.TeamInput, records.Team>,
  Kept<relay.Issue, relay.IssueInput, records.Issue>,
  Kept<relay.Portal, relay.PortalInput, records.Portal>,
  Kept<relay.QueueRule, relay.QueueRule, records.QueueRule>,
  Kept<relay.JumpGroup, relay.JumpGroupInput, records.JumpGroup>,
  Kept<relay.Role, relay.RoleInput, records.Role>,
  Kept<relay.JumpPolicy, relay.JumpPolicyInput, records.JumpPolicy>,
  Kept<relay.SessionPolicy, relay.SessionPolicyInput, records.SessionPolicy>,
  Kept<relay.Script, relay.ScriptInput, records.ScriptRecord>,
  Kept<relay.Consent, relay.ConsentInput, records.Consent>,
  Kept<relay.Site, relay.SiteInput, records.Site>,
] = [true, true, true, true, true, true, true, true, true, true, true, true];
