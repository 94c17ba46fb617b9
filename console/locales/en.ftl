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

endpoints-title = Computers
endpoints-search = Search
endpoints-search-hint = Name, system or address
endpoints-count = { $count ->
    [one] { $count } computer
   *[other] { $count } computers
}, { $online } online
endpoints-none = No computer is enrolled yet.
endpoints-none-hint = Enrol one on the relay, then start the agent on that computer. It appears here by itself.
endpoints-no-match = No computer matches “{ $search }”.
endpoints-stale = The list is not live at the moment. Reconnecting…
endpoint-state = State
endpoint-name = Name
endpoint-os = System
endpoint-address = Address
endpoint-displays = Displays
endpoint-version = Agent
endpoint-since = Since
endpoint-online = Online
endpoint-offline = Offline
endpoint-open = Open
endpoint-open-name = Open { $name }

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
