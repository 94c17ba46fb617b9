//! The rules of the picture as small scripts: what is stored, and what a view gives for it.
//!
//! The display has four tiles in a row. A script line is one of
//!
//! ```text
//! capture 2: T0=a t1=b P2=c C0>1 c0>1 D0=d M3=e    tile, rounded tile, patch, copies of all or a part of a tile,
//!                                                  dictionary 0, tile that names dictionary 0
//! take BYTES · answer NUMBER · refresh TILE… · wants · wait MILLISECONDS · input SEAT NUMBER · forget
//! ```
//!
//! Payloads are known by name and have 100 bytes, or as many as `=name*BYTES` says. The same name is the same payload.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use expect_test::{Expect, expect};
use proto::screen::{Capture, Store, View, starts_over};
use wire::screen::{
    Based, Coding, CopyArea, Dictionary, EXACT, Extent, Operation, PatchTile, PixelRect, SeatInput, Tile,
    TileRect, Update,
};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, TileIndex, Version};

struct Stage {
    store: Store,
    view: View,
    now: Instant,
    payloads: HashMap<String, Bytes>,
    inputs: Vec<SeatInput>,
    said: String,
}

fn check(script: &str, expected: &Expect) {
    #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
    let now = Instant::now();
    let mut stage = Stage {
        store: Store::new(),
        view: View::new(SessionId::from_wire(1), RenditionId::from_wire(4), None),
        now,
        payloads: HashMap::new(),
        inputs: Vec::new(),
        said: String::new(),
    };
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        stage.step(line);
    }
    expected.assert_eq(&stage.said);
}

impl Stage {
    fn step(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers: Vec<u32> = rest.split(' ').filter_map(|word| word.parse().ok()).collect();
        match verb {
            "capture" => self.capture(rest),
            "take" => {
                let update = self.view.take(&mut self.store, self.now, numbers[0] as usize);
                let told = update.as_ref().map_or("nothing".to_owned(), |update| self.tell(update));
                writeln!(self.said, "{told}").expect("a string takes all");
            }
            "answer" => self.view.answer(numbers[0].into()),
            "refresh" => {
                let tiles: Vec<_> = numbers.iter().map(|tile| TileIndex::from_wire(*tile as u16)).collect();
                self.view.refresh(Epoch::from_wire(9), &tiles);
            }
            "wants" => {
                let tiles = self.store.take_refresh(self.now).unwrap_or_default();
                let tiles: Vec<_> = tiles.iter().map(|index| index.to_wire()).collect();
                writeln!(self.said, "wants {tiles:?}").expect("a string takes all");
            }
            "wait" => self.now += Duration::from_millis(numbers[0].into()),
            "input" => self.inputs.push(SeatInput { seat: Seat::from_wire(numbers[0]), number: numbers[1] }),
            "forget" => self.view.forget(),
            _ => panic!("no such verb: {line}"),
        }
    }

    fn capture(&mut self, line: &str) {
        let (version, words) = line.split_once(':').expect("capture VERSION: …");
        let version = version.parse().expect("a version");
        let words: Vec<_> = words.split_whitespace().collect();
        let operations = words.iter().map(|word| self.operation(version, word)).collect();
        let capture = Capture {
            epoch: Epoch::from_wire(9),
            extent: Extent::new(256, 64).expect("four tiles"),
            version: Version::from_wire(version),
            captured_us: version * 1_000,
            operations,
            inputs: std::mem::take(&mut self.inputs),
        };
        self.store.put(capture).expect("a capture of the same size");
    }

    fn operation(&mut self, version: u32, word: &str) -> Operation {
        let based = Based {
            version: Version::from_wire(version),
            base: Version::from_wire(version.saturating_sub(1)),
        };
        let (what, place) = word.split_at(1);
        let index = TileIndex::from_wire(place[..1].parse().expect("a tile"));
        let name = word.split_once('=').map_or("", |(_, name)| name);
        let payload = self.payload(name);
        let (coding, dictionary, keep, quality) = (Coding(0), None, None, EXACT);
        let tile = Tile { index, version: based.version, quality, coding, dictionary, keep, payload };
        let rect = TileRect { x: 0, y: 0, width: 8, height: 8 };
        match what {
            "T" => Operation::Tile(tile),
            "t" => Operation::Tile(Tile { quality: 100, ..tile }),
            "M" => Operation::Tile(Tile { dictionary: Some(DictionaryId::from_wire(0)), ..tile }),
            "P" => {
                Operation::Patch(PatchTile { based, index, rect, coding, dictionary, payload: tile.payload })
            }
            "D" => {
                Operation::Dictionary(Dictionary { id: DictionaryId::from_wire(0), payload: tile.payload })
            }
            "C" | "c" => {
                let to: u16 = place[2..3].parse().expect("a tile");
                let width = if what == "C" { 64 } else { 16 };
                let to = PixelRect { x: to * 64, y: 0, width, height: 64 };
                Operation::Copy(CopyArea { based, from_x: index.to_wire() * 64, from_y: 0, to })
            }
            _ => panic!("no such operation: {word}"),
        }
    }

    fn payload(&mut self, name: &str) -> Bytes {
        let (_, bytes) = name.split_once('*').unwrap_or((name, "100"));
        let bytes = bytes.parse().expect("a number of bytes");
        let make = || vec![name.bytes().next().unwrap_or(0); bytes].into();
        self.payloads.entry(name.to_owned()).or_insert_with(make).clone()
    }

    fn name(&self, payload: &Bytes) -> &str {
        let is_same = |known: &&Bytes| known.as_ptr() == payload.as_ptr();
        self.payloads.iter().find(|(_, known)| is_same(known)).map_or("?", |(name, _)| name.as_str())
    }

    fn tell(&self, update: &Update) -> String {
        let header = &update.header;
        let mut said = format!("#{}", header.number);
        if header.after != 0 {
            write!(said, " after {}", header.after).expect("a string takes all");
        }
        for input in &header.inputs {
            write!(said, " input {}/{}", input.seat, input.number).expect("a string takes all");
        }
        for operation in &update.operations {
            write!(said, " · {}", self.tell_operation(operation)).expect("a string takes all");
        }
        if starts_over(update) { said + " start over" } else { said }
    }

    fn tell_operation(&self, operation: &Operation) -> String {
        match operation {
            Operation::Tile(tile) => {
                let kept = tile.keep.map_or(String::new(), |slot| format!(" keep {slot}"));
                let kind = if tile.quality == EXACT { "T" } else { "t" };
                format!("{kind}{}@{}={}{kept}", tile.index, tile.version, self.name(&tile.payload))
            }
            Operation::Copy(copy) => {
                let (version, to) = (copy.based.version, copy.to);
                format!("C@{version} {}>{} width {}", copy.from_x, to.x, to.width)
            }
            Operation::Patch(patch) => {
                format!("P{}@{}={}", patch.index, patch.based.version, self.name(&patch.payload))
            }
            Operation::Reuse(reuse) => format!("R{}@{} slot {}", reuse.index, reuse.version, reuse.slot),
            Operation::Dictionary(dictionary) => format!("D={}", self.name(&dictionary.payload)),
            other => format!("{other:?}"),
        }
    }
}

#[test]
fn an_operation_keeps_its_version_when_it_is_sent_late() {
    check(
        "capture 1: T0=a T1=b
         capture 2: T0=c
         capture 3: T2=d
         take 9999",
        &expect![[r#"
            #1 · T0@2=c keep 0 · T1@1=b keep 1 · T2@3=d keep 2
        "#]],
    );
}

#[test]
fn what_was_given_to_the_link_is_not_given_again() {
    check(
        "capture 1: T0=a
         take 9999
         take 9999
         capture 2: T1=b
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            nothing
            #2 · T1@2=b keep 1
        "#]],
    );
}

#[test]
fn a_slow_view_skips_versions() {
    check(
        "capture 1: T0=a
         capture 2: T0=b
         capture 3: T0=c
         take 9999",
        &expect![[r#"
            #1 · T0@3=c keep 0
        "#]],
    );
}

#[test]
fn a_patch_goes_to_a_view_that_is_exact_at_its_base_after_what_wrote_the_tile() {
    check(
        "capture 1: T0=a
         take 9999
         capture 2: P0=b
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            #2 after 1 · P0@2=b
        "#]],
    );
}

#[test]
fn a_late_view_gets_the_tile_with_the_patches_behind_it() {
    check(
        "capture 1: T0=a
         capture 2: P0=b
         capture 3: P0=c
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0 · P0@2=b · P0@3=c
        "#]],
    );
}

#[test]
fn a_tile_with_too_many_patches_behind_it_is_stale() {
    check(
        "capture 1: T0=a
         capture 2: P0=b
         capture 3: P0=b
         capture 4: P0=b
         capture 5: P0=b
         capture 6: P0=b
         capture 7: P0=b
         capture 8: P0=b
         capture 9: P0=b
         capture 10: P0=b
         take 9999
         wants
         capture 10: T0=c
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            wants [0]
            #2 · T0@10=c keep 1
        "#]],
    );
}

#[test]
fn a_copy_goes_whole_to_a_view_that_is_exact_and_waits_for_what_it_reads() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         capture 2: C0>1
         take 9999
         wants",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 after 1 · C@2 0>64 width 64
            wants []
        "#]],
    );
}

#[test]
fn an_answered_update_needs_no_waiting() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         answer 1
         capture 2: C0>1
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 · C@2 0>64 width 64
        "#]],
    );
}

#[test]
fn a_write_waits_for_the_unanswered_copy_that_reads_the_tile() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         answer 1
         capture 2: C0>1
         take 9999
         capture 3: T0=c T3=d
         take 100
         take 100
         answer 4
         capture 4: T0=e
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 · C@2 0>64 width 64
            #3 after 2 · T0@3=c keep 2
            #4 · T3@3=d keep 3
            #5 · T0@4=e keep 4
        "#]],
    );
}

#[test]
fn a_copy_that_a_view_cannot_follow_makes_its_target_due_as_a_tile() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         capture 2: T0=c
         capture 3: C0>1
         capture 4: T0=d
         take 9999
         wants
         capture 4: T1=c
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 · T0@4=d keep 2
            wants [1]
            #3 · T1@4=c keep 3
        "#]],
    );
}

#[test]
fn a_copy_waits_a_turn_for_tiles_that_are_due_anyway() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         capture 2: T0=c
         capture 3: C0>1
         take 9999
         take 9999
         wants",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 · T0@2=c keep 2
            #3 after 2 · C@3 0>64 width 64
            wants []
        "#]],
    );
}

#[test]
fn a_copy_of_a_part_needs_the_rest_of_its_target_too() {
    check(
        "capture 1: T0=a
         take 9999
         capture 2: T1=b
         capture 3: c0>1 P1=c
         take 9999
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            #2 · T1@2=b keep 1
            #3 after 2 · C@3 0>64 width 16 · P1@3=c
        "#]],
    );
}

#[test]
fn a_copy_and_the_patches_that_complete_it_travel_together() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         capture 2: c0>1 P1=c P1=d
         capture 3: P1=e
         take 1",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 after 1 · C@2 0>64 width 16 · P1@2=c · P1@2=d · P1@3=e
        "#]],
    );
}

#[test]
fn a_tile_beside_a_copy_says_that_the_copy_alone_does_not_make_it() {
    check(
        "capture 1: T0=a T1=b
         take 9999
         capture 2: C0>1 t1=c
         take 9999
         capture 2: T1=d
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 · t1@2=c
            #3 · T1@2=d keep 2
        "#]],
    );
}

#[test]
fn a_stale_tile_goes_as_its_own_version_so_that_there_is_something_to_see() {
    check(
        "capture 1: T0=a T1=b
         capture 2: C0>1
         capture 3: T0=c
         take 9999
         take 9999
         wants
         wants
         capture 3: T1=a
         take 9999",
        &expect![[r#"
            #1 · T0@3=c keep 0 · T1@1=b keep 1
            nothing
            wants [1]
            wants []
            #2 · T1@3=a keep 2
        "#]],
    );
}

#[test]
fn a_late_view_may_follow_a_copy_from_the_tile_before_it() {
    check(
        "capture 1: T0=a T1=b
         capture 2: C0>1
         take 9999
         take 9999
         wants",
        &expect![[r#"
            #1 · T0@1=a keep 0 · T1@1=b keep 1
            #2 after 1 · C@2 0>64 width 64
            wants []
        "#]],
    );
}

#[test]
fn a_refresh_is_asked_only_for_tiles_that_there_is_room_for_and_again_after_a_while() {
    check(
        "capture 1: T0=a T1=b T2=c T3=d
         capture 2: C0>1 C0>2 C0>3
         capture 3: T0=e
         take 9999
         take 4500
         wants
         wait 1999
         wants
         wait 1
         wants",
        &expect![[r#"
            #1 · T0@3=e keep 0 · T1@1=b keep 1 · T2@1=c keep 2 · T3@1=d keep 3
            nothing
            wants [1, 2]
            wants []
            wants [1, 2]
        "#]],
    );
}

#[test]
fn a_refresh_is_answered_with_a_payload_even_if_the_asker_is_thought_to_have_it() {
    check(
        "capture 1: T0=a
         take 9999
         refresh 0 700
         take 9999
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            #2 · T0@1=a keep 1
            nothing
        "#]],
    );
}

#[test]
fn a_tile_goes_after_the_dictionary_that_it_names_and_a_new_one_after_its_last_use() {
    check(
        "capture 1: D0=x M0=a
         take 9999
         capture 2: M1=b
         take 9999
         capture 3: D0=y M2=c
         take 9999
         refresh 0
         take 9999
         wants",
        &expect![[r#"
            #1 · D=x · T0@1=a keep 0
            #2 after 1 · T1@2=b keep 1
            #3 after 2 · D=y · T2@3=c keep 2
            nothing
            wants [0]
        "#]],
    );
}

#[test]
fn a_tile_seen_before_is_reused_after_its_fill() {
    check(
        "capture 1: T0=a
         take 9999
         capture 2: T1=a
         take 9999
         capture 3: t2=a T3=a
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            #2 after 1 · R1@2 slot 0
            #3 after 1 · t2@3=a · R3@3 slot 0
        "#]],
    );
}

#[test]
fn what_changed_since_the_last_input_goes_first_and_small_first() {
    check(
        "capture 1: T0=a*9000
         input 7 1
         capture 2: T1=b*5000 T2=c*80
         take 100
         take 5500
         take 5500
         take 9999",
        &expect![[r#"
            #1 · T2@2=c*80 keep 0
            #2 · T1@2=b*5000 keep 1
            #3 input 7/1 · T0@1=a*9000 keep 2
            nothing
        "#]],
    );
}

#[test]
fn what_is_due_for_500_ms_takes_turns_with_what_changed_since_the_last_input() {
    check(
        "capture 1: T0=a*9000 T1=b*90
         take 100
         wait 500
         input 7 1
         capture 2: T2=c*90 T3=d*80
         take 100
         take 100
         take 100",
        &expect![[r#"
            #1 · T0@1=a*9000 keep 0
            #2 · T3@2=d*80 keep 1
            #3 · T1@1=b*90 keep 2
            #4 input 7/1 · T2@2=c*90 keep 3
        "#]],
    );
}

#[test]
fn refinement_goes_last() {
    check(
        "capture 1: t0=a
         take 9999
         capture 1: T0=b
         capture 2: T1=c
         take 100
         take 100",
        &expect![[r#"
            #1 · t0@1=a
            #2 · T1@2=c keep 0
            #3 · T0@1=b keep 1
        "#]],
    );
}

#[test]
fn an_input_is_told_only_once_the_view_has_all_up_to_its_capture() {
    check(
        "capture 1: T0=a T1=b
         input 7 1
         capture 2: T0=c
         take 100
         take 100
         input 7 2
         capture 3:
         take 100
         take 100",
        &expect![[r#"
            #1 · T0@2=c keep 0
            #2 input 7/1 · T1@1=b keep 1
            #3 input 7/2
            nothing
        "#]],
    );
}

#[test]
fn a_viewer_that_stopped_watching_starts_over_when_it_comes_back() {
    check(
        "capture 1: T0=a T1=b
         take 100
         take 100
         answer 1
         forget
         take 9999
         take 9999
         take 9999",
        &expect![[r#"
            #1 · T0@1=a keep 0
            #2 · T1@1=b keep 1
            #3 after 2 start over
            #4 after 3 · T0@1=a keep 0 · T1@1=b keep 1
            nothing
        "#]],
    );
}
