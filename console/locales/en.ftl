# The console's words. Every key stands in each file of this folder; a test compares them.

product = Nearhand
language = Language

## What all pages share

dialog-close = Close
dialog-cancel = Cancel
copied = Copied
copy-hint = Click to copy
theme = Colours of the page
theme-auto = As the system
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast

rule-not-found = It is not there any more.
rule-already = That is done already.
rule-disabled = The account is disabled.
rule-expired = Its time is over.
rule-full = There are as many as there may be.
rule-in-use = It is still in use.
rule-is-owner = You own this session: end it, keep it, or offer it to somebody else first.
rule-members-only = You are not in this session.
rule-no-console = This works only while your console is connected.
rule-nobody-there = Nobody who could answer is there.
rule-not-waiting = The session does not wait any more.
rule-over = It is over.
rule-owner-only = Only the owner of the session may do this.
rule-password = The password is missing or wrong.
rule-permission = You lack the permission for this.
rule-queue-out-of-reach = You cannot reach this queue.
rule-schedule = The schedule does not allow it now.
rule-stale = Somebody else has changed it meanwhile. Look at it again.
rule-taken = This name is taken.
rule-used = It was used already.
problem-offline = The computer is not connected.
problem-mail-off = This site sends no e-mail.
problem-throttled = Too many tries. Please wait a minute.
problem-not-administrator = Only administrators may do this.

login-title = Sign in
login-user = User name
login-password = Password
login-submit = Sign in
login-busy = Signing in…
login-ended = You are signed out.
login-expired = Your login has ended. Please sign in again.
login-wrong = User name or password is not right.
login-throttled = Too many tries. Please wait a minute.
login-taken-over = Another console was opened with your account. This one is signed out.
login-code = Code of your second factor
login-code-wanted = Type the code that your app shows.
login-code-wrong = The code is not right.

menu-account = Account of { $name }
menu-logout = Sign out

# What customers see: the public portal. It is loaded alone, so it says nothing by other keys than these.
portal-title = Support
portal-loading = One moment…
portal-missing = There is no support page at this address.
portal-retry = Try again
portal-nobody = Nobody is here at the moment. Please come back later.
portal-ways = How to start
portal-by-key = Session key
portal-by-issue = Topic
portal-by-technician = Technician
portal-key = Session key
portal-key-hint = The ten letters that you were given.
portal-key-short = A key has ten letters.
portal-issue = What is it about?
portal-technician = Who should help you?
portal-choose-one = Please choose one.
portal-name = Your name
portal-name-missing = Please say how you are called.
portal-question = What can we do for you? (optional)
portal-start = Start
portal-starting = Starting…
portal-privacy = A session begins with a chat. Nobody sees your screen unless you start a program for it.
portal-waiting = { $position ->
    [one] You are next.
   *[other] You are number { $position } in the queue.
}
portal-kept = Your session is put aside for a moment. Somebody will be back.
portal-served = With you: { $names }
portal-lost = The connection is lost. Reconnecting…
portal-end = End
portal-end-question = End the session?
portal-end-yes = End it
portal-end-no = Go on
portal-chat = Chat
portal-chat-empty = You can write already; it is read as soon as somebody is here.
portal-you = You
portal-message = Your message
portal-send = Send
portal-over = The session is over
portal-over-customer = You have ended it.
portal-over-helper = It was ended by whoever helped you.
portal-over-nobody = Nobody was there to help. Please try again later.
portal-over-lost = The connection was lost for too long.
portal-over-unknown = Thank you for your visit.
portal-rate = How was it?
portal-stars = { $count ->
    [one] { $count } star of 5
   *[other] { $count } stars of 5
}
portal-comment = Anything to add? (optional)
portal-rate-send = Send rating
portal-rated = Thank you for your rating.
portal-again = Start a new session
portal-refused-key = This key is not known. Please check it.
portal-refused-used = This key was used already. Ask for a new one.
portal-refused-expired = This key is no longer valid. Ask for a new one.
portal-refused-away = This technician is not available any more. Please choose again.
portal-refused-full = Too many people are waiting at the moment. Please try again later.
portal-refused-often = Too many tries. Please wait { $seconds } seconds.
portal-refused-rated = This session was rated already.

## What stands around every page

languages = Languages
frame-home = My queue
frame-queues = Queues
frame-computers = Computers
frame-sessions = Sessions
frame-sessions-count = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
frame-chat-news = A message waits in another session
frame-chat-unread = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
frame-palette = Search and commands
frame-side-narrow = Make the list narrow
frame-side-wide = Make the list wide
frame-stale = The connection to the relay is lost. What is shown may be old; it is mended by itself.
palette-type = Type what you look for
palette-none = Nothing is called like that.
palette-do = Command
palette-jump = Jump
user-available = Take sessions
user-available-hint = Others see you, and sessions come to you
user-not-available = You take no sessions at the moment
user-extended = Reachable by e-mail
user-extended-hint = You can be invited while you are not signed in
user-alerts = When something arrives
user-sound = Sound
user-notifications = Notification of the desktop
user-notifications-refused = This browser does not allow notifications of this site.
user-administration = Administration
user-shortcuts = Keyboard shortcuts
shortcut-palette = Search and commands
shortcut-session = To a session, in the order of their tabs
shortcut-queue = To your own queue
shortcut-keyboard = Gives the keyboard back from the remote screen
shortcut-list = Moves in a list, and opens what is chosen
shortcut-chat = Sends a message, or breaks its line
shortcut-escape = Closes a menu or a dialog
alerts = What has arrived
alert-waiting = { $name } waits for support
alert-offered = { $name } is offered to you
alert-invited = You are invited to { $name }
alert-review = Review

## Queues

queue-personal = My queue
queue-waiting = { $count ->
    [0] Nobody waits
    [one] { $count } waits
   *[other] { $count } wait
}
queue-offers = { $count ->
    [one] { $count } offer or invitation
   *[other] { $count } offers or invitations
}
queue-search = Find in this queue
queue-empty = This queue is empty.
queue-empty-personal = Sessions by your keys, transfers and invitations appear here by themselves.
queue-empty-team = Customers who choose an issue of this team appear here by themselves.
queue-no-match = Nothing in this queue matches “{ $search }”.
line-customer = Customer
line-state = State
line-question = Question
line-origin = Came by
line-since = Since
line-act = Action
line-client = Has
line-presence = Connection
line-language = Language
line-started = Started
line-owner = Owner
line-owned = You own it
line-offer = Offered to
line-members = In the session
line-details = Details of the request
line-waiting = Waits, place { $position }
line-kept = Kept
line-offered = Offered by { $by }
line-invited = Invited by { $by }
line-help = { $by } asks for help: { $issue }
line-member = You are in it
line-open = Open
line-join = Join
line-accept = Accept
line-decline = Decline
line-move = Transfer…
line-moved = { $name } was transferred
move-title = Transfer { $name } to another queue
origin-key = Key of { $by }
origin-technician = Chose { $name }
origin-jump = Jump of { $by }
client-chat = Chat only
client-agent = Full client
client-installed = Installed agent
presence-here = Connected
presence-lost = Connection lost
presence-gone = Gone
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
target-kinds = Kinds of targets
target-team = Teams
target-personal = Technicians
target-help = Issues
target-search = Search
target-there = There
target-by-mail = By e-mail
target-choose-first = Choose one first
target-none-team = No team can be reached.
target-none-personal = No technician can be reached.
target-none-help = There is no issue by which help can be asked for.
team-views = Views of the team
team-queue = Queue
team-chat = Team chat
team-chat-unread = { $count ->
    [one] { $count } new message of { $name }
   *[other] { $count } new messages of { $name }
}
team-favorite = { $name } is a favourite
team-members = Members
team-role-lead = Lead
team-role-manager = Manager

## Chats

chat-title = Chat
chat-messages = Messages
chat-none = Nothing has been said yet.
chat-say = Write a message
chat-send = Send
chat-sending = Sending…
chat-nothing-typed = Nothing is typed yet
chat-you = You
chat-customer = Customer
chat-relay = Relay
chat-over = The session is over.
chat-show = Show the chat
chat-hide = Hide the chat
chat-detach = Show in its own window
chat-attach = Bring the chat back beside the session
chat-width = Width of the chat
chat-only-title = The customer can only chat
chat-only-text = Screen sharing and the other tools need the full customer client.
chat-only-ask = Ask to run the full customer client
chat-only-ask-message = Please download and run the full client from this page, so that I can see your screen.
chat-only-asked = The customer was asked

## Who is in a session

members = People in the session
member-me = { $name } (you)
member-customer = Customer
member-external = External
member-owner = Owns the session
member-controls = Controls mouse and keyboard
member-offered = Offered to { $name }
member-invited = { $name }, invited
member-help = Help: { $issue }
invitation-cancel = Cancel invitation
transfer = Transfer
transfer-title = Transfer { $name }
transfer-do = Transfer
transfer-done = The session is offered; you own it until somebody accepts
transfer-cancel = Take the offer back
share = Share
share-technicians = Teams and technicians…
share-help = Ask for help…
share-external = Invite external technician…
share-title = Invite to { $name }
share-help-title = Ask for help with { $name }
share-do = Invite
share-done = The invitation is sent
remove = Remove a member
remove-title = Remove { $name } from the session?
remove-do = Remove
remove-done = { $name } is out of the session
remove-nobody = Nobody else is in the session
customer-disconnect = Disconnect the customer
customer-disconnect-title = Disconnect { $name }?
customer-disconnect-text = The customer is out of the session and cannot come back. You can still write up what was done.
customer-is-gone = The customer is gone
external-title = Invite an external technician
external-name = Name
external-name-first = Say who is invited first
external-comments = Comments
external-comments-hint = The invited person reads them.
external-policy = What may be done
external-policy-hint = An external technician is never the owner, and is in this session only.
external-only-view = See the screen, nothing else
external-validity = The link lets in for
external-create = Create key
external-made = This link lets { $name } in. It is shown this once.
external-link = Link
external-mail-subject = Invitation to a support session

## Closing a session

session-side = People and chat
session-manage = Manage the session
session-close = Close the session
session-close-name = Close { $name }
session-gone = You are not in this session.
session-is-over = The session is over
session-may-not-open = You may not use this in this session
session-chat-only-reason = The customer can only chat
leave-title = Close the session with { $name }?
leave-end = End session
leave-end-hint = It is over for everybody in it, and the customer’s client goes.
leave-end-jump-hint = It is over for everybody in it. The installed agent stays.
leave-keep = Keep session
leave-keep-hint = It waits in your own queue; others who are in it stay in it.
leave-leave = Leave session
leave-leave-hint = Only you leave; it goes on with its owner.
leave-offered = Leave session
leave-offered-hint = It waits for the one to whom you offered it.

## The virtual keyboard

keyboard = Virtual keyboard
keyboard-show = Show the virtual keyboard
keyboard-hide = Hide the virtual keyboard
keyboard-press = Press
keyboard-hold-first = Hold a key first

## Jump

jump-title = Jump
jump-places = Groups and lists
jump-all = All computers
jump-groups = Groups
jump-personal = My list
jump-others = Lists of others
jump-frequent = Frequently used
jump-start = Start session
jump-start-name = Start session with { $name }
jump-search = Search
jump-search-hint = Name, comment, address, tag:…
jump-search-help = Words are looked for in names, comments and addresses. tag:, host:, comment:, public:, private: and code names of attributes look in one place.
jump-name = Name
jump-state = State
jump-os = System
jump-tags = Tags
jump-tags-hint = Words between commas
jump-do = Jump
jump-do-name = Jump to { $name }
jump-details = Details
jump-details-name = Details of { $name }
jump-choose = Choose { $name }
jump-choose-all = Choose all
jump-has-password = Asks for a password
jump-none = No computer is listed here.
jump-none-hint = Create an install package and run it on a computer. It appears here by itself.
jump-no-match = No computer matches “{ $search }”.
jump-narrow = { $shown } of { $found } are shown. Say more to narrow the search.
jump-edit = Edit…
jump-edit-title = { $name }
jump-remove = Remove
jump-remove-title = Remove { $name }?
jump-remove-text = It is not listed any more, and its agent is told to go.
jump-set-password = Password…
jump-set-password-title = Password of { $name }
jump-new-password = New password
jump-new-password-hint = Whoever jumps to this computer is asked for it.
jump-password = Password
jump-password-title = { $name } asks for a password
jump-password-wrong = The password is wrong.
jump-password-set = The password is set
jump-password-gone = No password is asked for any more
jump-password-remove = Ask for none
jump-schedule-title = { $name } cannot be reached now
jump-schedule-text = The policy of this computer restricts when it may be reached.
jump-schedule-until = It is available from { $at }.
jump-schedule-override = Start anyway
item-host = Host name
item-user = Signed in there
item-public-ip = Public address
item-private-ips = Private addresses
item-agent = Agent
item-since = Since
item-enrolled = Enrolled
item-place = Group or list
item-policy = Policy
item-no-policy = None
item-comments = Comments
item-unattended = Without anybody there
item-attributes = Attributes
item-attribute-code = Code name
item-attribute-value = Value
item-attribute-add = Add
item-attribute-remove = Remove this attribute
bulk = Several computers
bulk-chosen = { $count ->
    [one] { $count } computer chosen
   *[other] { $count } computers chosen
}
bulk-tags = Add tags…
bulk-move = Move…
bulk-clear = Choose none
bulk-done = { $count ->
    [one] { $count } computer changed
   *[other] { $count } computers changed
}
bulk-remove-title = { $count ->
    [one] Remove { $count } computer?
   *[other] Remove { $count } computers?
}
install-title = Install package
install-create = Create
install-name = Name of the computer
install-name-hint = Empty: what it calls itself
install-uses = Computers
install-made = Run this command on the computer. It can be used until { $until } and is shown this once.
install-command = Command
install-token = Token
install-open = Packages that can still be used
install-open-item = { $place }: { $uses ->
    [one] { $uses } computer
   *[other] { $uses } computers
}, until { $until }
install-revoke = Revoke

## Session keys

keys-title = Session key
keys-generate = Generate session key
keys-portal = Portal
keys-portal-hint = The page through which the customer comes.
keys-no-portal = There is no portal
keys-validity = Valid for
keys-validity-hint = How long the key can start a session; the session may last longer.
keys-made = The customer types this key on the portal, or follows the link, until { $until }. It is shown this once.
keys-code = Key
keys-link = Link
keys-qr = QR code of the link
keys-another = Another one
keys-open = Keys that can still be used
keys-open-item = { $portal }, until { $until }
keys-revoke = Revoke
keys-mail-subject = Support session
keys-mail-body = Follow this link to start the support session: { $url } – or type this key there: { $code }
validity-minutes = { $count } minutes
validity-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
validity-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
mail-to = E-mail address
mail-send = Send
mail-sent = Sent to { $to }
mail-own = Write a letter of your own
dialog-done = Done
dialog-save = Save

endpoint-online = Online
endpoint-offline = Offline

session-toolbar = Session
session-close-tab = Close
session-not-live = There is no picture just now
session-stopped = Screen sharing is stopped
session-start-sharing = Start screen sharing
session-stop-sharing = Stop screen sharing
session-may-not-view = You may not see the screen in this session
session-may-not-control = You may only watch in this session
session-display = Display
session-display-item = { $primary ->
    [yes] P
   *[no] { "" }
} { $name } ({ $width } × { $height })
session-mode = Colours
mode-black-and-white = Black and white
mode-few-colors = Few colours
mode-more-colors = More colours
mode-all-colors = All colours
mode-video-optimized = Video optimised
session-no-films = This browser cannot show video; all colours are shown instead
session-primary = Primary display
session-scale = Size
session-scaled = Scaled
session-actual = Actual size
session-control = Control
session-view-only = View only
session-control-hint = Mouse and keyboard reach the computer. Ctrl-Alt-Home brings the keyboard back to this bar.
session-view-only-hint = Watch without mouse and keyboard
session-full-screen = Full screen
session-full-screen-leave = Leave full screen
session-ctrl-alt-del = Ctrl-Alt-Del
session-ctrl-alt-del-hint = Send Ctrl-Alt-Del
session-screenshot-file = Save a screenshot
session-screenshot-copy = Copy a screenshot
session-screenshot-saved = Screenshot saved
session-screenshot-copied = Screenshot copied
session-screenshot-failed = The screenshot could not be taken: { $detail }
session-quality = Connection quality
session-picture = Screen of { $name }

quality-age = Age of the picture
quality-input = Input to pixel
quality-frames = Frames
quality-bytes = Data
quality-carrier = Carrier
quality-round-trip = Round trip
quality-ms = { NUMBER($value, maximumFractionDigits: 0) } ms
quality-per-second = { NUMBER($value, maximumFractionDigits: 0) } /s
quality-kilobytes = { NUMBER($value, maximumFractionDigits: 0) } kB/s
quality-unknown = –
carrier-webtransport = WebTransport
carrier-websocket = WebSocket

state-connecting = Connecting to { $name }
state-reconnecting = Connection lost
state-reconnecting-detail = Try { $attempt } in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
state-reconnecting-now = Try { $attempt } is under way.
state-offline = { $name } is offline
state-offline-detail = The session opens by itself once the computer is back.
state-refused = The session was refused
state-ended = The session has ended
state-failed = The session could not be opened
state-retry = Try again
state-retry-now = Try now
stage-ticket = Asking the relay for a ticket
stage-carrier = Opening the link
stage-hello = Greeting the relay
stage-join = Joining the session
stage-displays = Asking for the displays
stage-picture = Waiting for the first picture
stage-done = done
stage-current = under way
stage-failed = failed
stage-waiting = to do

refusal-opener-too-old = This page is older than the relay speaks. Reload it.
refusal-relay-too-old = The relay is older than this page speaks. It must be updated.
refusal-not-known = The relay does not know what was asked for.
refusal-not-allowed = You may not do this.
refusal-expired = The ticket has expired.
refusal-offline = The computer is offline.
refusal-full = No place is left.
refusal-malformed = The relay could not read what was sent.
refusal-going-away = The relay is restarting.
refusal-unspecified = The relay gave no reason.

error-network = The relay cannot be reached.
error-timeout = Nothing came within { $seconds } seconds.
error-unexpected = Something went wrong: { $detail }

session-views = Views of the session
view-screen = Screen
view-shell = Command shell
shell-tabs = Command shells
shell-new = New shell
shell-start = Start command shell
shell-none = A command line on the remote computer. What you type runs there.
shell-not-allowed = You may not use command shells in this session.
shell-starting = Starting…
shell-lost = The connection is lost. The shell runs on; what you type is sent as soon as the connection is back.
shell-ended = Ended with status { $number }.
shell-ended-signal = Ended by signal { $number }.
shell-refused = No shell: { $detail }
shell-elsewhere = This shell is shown in another window.
shell-close = Close { $name }
shell-news = New output
shell-find = Find in output
shell-find-back = Find further up
shell-find-on = Find further down
shell-paste-title = { $count ->
    [one] Paste and run one line?
   *[other] Paste and run { $count } lines?
}
shell-paste-run = Paste and run
shell-paste-cancel = Don’t paste
