//! Bounds on everything that a peer may send, each with its reason.

/// Bytes of one control message. A refresh of a whole 8K display (8,160 tiles) fits with room to spare.
pub const CONTROL_BYTES_MAX: usize = 64 << 10;

/// Bytes of each name in a control message: of programs, computers, displays, and a ticket. A host name has 253 at most.
pub const TEXT_BYTES_MAX: usize = 256;

/// Bytes of each text that a control message has for a person to read: a paragraph.
pub const DETAIL_BYTES_MAX: usize = 1 << 10;

/// Optional abilities that a hello or a welcome may name.
pub const CAPABILITIES_MAX: usize = 64;

/// Displays of an endpoint; graphics cards stop at six, and a wall of screens has a few cards.
pub const DISPLAYS_MAX: usize = 16;

/// Wishes of one demand: each display in two colour modes.
pub const WANTED_MAX: usize = 2 * DISPLAYS_MAX;

/// Numbers that travel as varints and also in control messages: sessions and updates.
pub const VARINT_MAX: u64 = (1 << 62) - 1;

/// Bytes of one update's operations. A sender takes far less at once; this only bounds a receiver's memory.
pub const UPDATE_BYTES_MAX: usize = 1 << 20;

/// Bytes of one coded tile: 64×64 pixels of 4 bytes, and an eighth for headers of an incompressible payload.
pub const TILE_BYTES_MAX: usize = 18 << 10;

/// Bytes of one dictionary. zstd gains little beyond it on tiles of 16 kB.
pub const DICTIONARY_BYTES_MAX: usize = 32 << 10;

/// Dictionaries of one epoch that a hop keeps.
pub const DICTIONARIES_MAX: usize = 4;

/// Slots for tiles seen before, on one link and rendition.
pub const SLOTS_MAX: usize = 4096;

/// Bytes of one coded video picture.
pub const PICTURE_BYTES_MAX: usize = 768 << 10;

/// Video regions of a rendition at once, and of a refresh: more is a wall of cameras, and each costs a decoder.
pub const VIDEOS_MAX: usize = 8;

/// Operations of one update: every tile of an 8K display, twice.
pub const OPERATIONS_MAX: usize = 16 << 10;

/// Width and height of a display in pixels.
pub const EXTENT_MAX: u16 = 16_384;

/// Tiles of one display: 7680×4320 is 8,160.
pub const TILES_MAX: usize = 16 << 10;

/// Technicians that one update reports input of.
pub const SEATS_MAX: usize = 16;

/// Bytes of one input record; text is the longest.
pub const INPUT_BYTES_MAX: usize = 1 << 10;

/// Bytes of the text in one input record.
pub const INPUT_TEXT_BYTES_MAX: usize = 512;

/// Bytes of a W3C name of a key. The longest in use has 21.
pub const KEY_NAME_BYTES_MAX: usize = 32;

/// Width and height of a cursor in pixels.
pub const CURSOR_EXTENT_MAX: u16 = 256;

/// Bytes of one cursor record: the largest cursor, four bytes a pixel, with an eighth for its coding.
pub const CURSOR_BYTES_MAX: usize = 288 << 10;

/// Bytes that one shell record carries: what a terminal paints at once, and little enough to interleave.
pub const SHELL_BYTES_MAX: usize = 16 << 10;

/// Bytes of one shell record: its bytes, and what says so.
pub const SHELL_RECORD_BYTES_MAX: usize = SHELL_BYTES_MAX + 1;

/// Columns and rows of a terminal: three wide displays side by side in the smallest font.
pub const SHELL_EXTENT_MAX: u16 = 2000;

/// Bytes of the secret by which an attended agent is known: as much as what signs it.
pub const AGENT_SECRET_BYTES: usize = 32;

/// Rights of one grant: more than there are, for those that are still to come.
pub const RIGHTS_MAX: usize = 64;

/// Bytes of one message of a tool's stream: a script, or a piece of something longer.
pub const TOOL_MESSAGE_BYTES_MAX: usize = 64 << 10;

/// Bytes of one piece of a clipboard or of a program's output: small enough to interleave.
pub const TOOL_PIECE_BYTES_MAX: usize = 32 << 10;

/// Bytes of all that is in a clipboard: a screenshot of a large display.
pub const CLIPBOARD_BYTES_MAX: usize = 16 << 20;

/// Forms in which one thing is in a clipboard.
pub const CLIPBOARD_ITEMS_MAX: usize = 8;

/// Columns of a table of system information.
pub const COLUMNS_MAX: usize = 32;

/// Rows of one message of system information; a table may come in many.
pub const ROWS_MAX: usize = 512;

/// Bytes of one cell: a path, or the line by which a program was started.
pub const CELL_BYTES_MAX: usize = 4 << 10;

/// Sections of one request, special actions of a list, arguments and bodies of a script.
pub const TOOL_LIST_MAX: usize = 64;

/// Bytes of a script's text, and of all that a technician fills in together.
pub const SCRIPT_BYTES_MAX: usize = 32 << 10;

/// Bytes of a message of a chat: 4,000 characters.
pub const CHAT_BYTES_MAX: usize = 16_000;

/// Bytes of content that one file record carries: few enough to interleave, many enough that what stands around them
/// costs nothing.
pub const FILE_BYTES_MAX: usize = 64 << 10;

/// Bytes of one file record: its content, or a request of many paths, and what says so.
pub const FILE_RECORD_BYTES_MAX: usize = 96 << 10;

/// Bytes of one path: eight times what Linux takes at once, and what Windows has at most.
pub const FILE_PATH_BYTES_MAX: usize = 32 << 10;

/// Paths of one request; a longer selection is asked for in several.
pub const FILE_PATHS_MAX: usize = 1024;

/// Items of one record of a listing.
pub const FILE_ITEMS_MAX: usize = 1024;

/// Places to begin that an endpoint names.
pub const FILE_VOLUMES_MAX: usize = 256;

/// Bytes of a file's mark: device, number, size and times fit.
pub const FILE_MARK_BYTES_MAX: usize = 64;

/// Limits on paths in one grant, and directories that each of their lists names.
pub const PATH_LIMITS_MAX: usize = 64;

/// Directories that one list of a limit on paths names.
pub const PATH_LIMIT_PATHS_MAX: usize = 256;
