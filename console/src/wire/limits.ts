/**
 * Bounds on everything that a peer may send, mirroring `engine/wire/src/limits.rs`, which has the reasons.
 *
 * @module
 */

export const CONTROL_BYTES_MAX = 64 << 10;
export const UPDATE_BYTES_MAX = 1 << 20;
export const TILE_BYTES_MAX = 18 << 10;
export const DICTIONARY_BYTES_MAX = 32 << 10;
export const DICTIONARIES_MAX = 4;
export const SLOTS_MAX = 4096;
export const PICTURE_BYTES_MAX = 768 << 10;
export const OPERATIONS_MAX = 16 << 10;
export const EXTENT_MAX = 16_384;
export const TILES_MAX = 16 << 10;
export const SEATS_MAX = 16;
export const INPUT_BYTES_MAX = 1 << 10;
export const INPUT_TEXT_BYTES_MAX = 512;
export const KEY_NAME_BYTES_MAX = 32;
export const CURSOR_EXTENT_MAX = 256;
export const CURSOR_BYTES_MAX = 288 << 10;
export const DETAIL_BYTES_MAX = 1 << 10;
export const SHELL_BYTES_MAX = 16 << 10;
export const SHELL_RECORD_BYTES_MAX = SHELL_BYTES_MAX + 1;
export const SHELL_EXTENT_MAX = 2000;
export const TOOL_MESSAGE_BYTES_MAX = 64 << 10;
export const TOOL_PIECE_BYTES_MAX = 32 << 10;
export const CLIPBOARD_BYTES_MAX = 16 << 20;
export const CLIPBOARD_ITEMS_MAX = 8;
export const COLUMNS_MAX = 32;
export const ROWS_MAX = 512;
export const CELL_BYTES_MAX = 4 << 10;
export const TOOL_LIST_MAX = 64;
export const SCRIPT_BYTES_MAX = 32 << 10;
export const FILE_BYTES_MAX = 64 << 10;
export const FILE_RECORD_BYTES_MAX = 96 << 10;
export const FILE_PATH_BYTES_MAX = 32 << 10;
export const FILE_PATHS_MAX = 1024;
export const FILE_ITEMS_MAX = 1024;
export const FILE_VOLUMES_MAX = 256;
export const FILE_MARK_BYTES_MAX = 64;
/** The largest whole update: a header is far below 1 kB. */
export const UPDATE_STREAM_BYTES_MAX = UPDATE_BYTES_MAX + 1024;
