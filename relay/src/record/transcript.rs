//! The plain text of what a terminal showed: lines as they stood when they were left, without colours and without what
//! full-screen programs drew.

/// Characters of one line that are kept; more is a program's doing.
const LINE_CHARS_MAX: usize = 4096;

/// Parameters of one sequence that are read.
const PARAMETERS_MAX: usize = 16;

/// Reads what a terminal was sent.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    /// The line that is being written, and where in it.
    line: Vec<char>,
    column: usize,
    state: State,
    /// Bytes of a character that is not whole yet.
    half: Vec<u8>,
    /// A full-screen program has the terminal.
    is_elsewhere: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Text,
    Escape,
    /// Behind `ESC [`.
    Control(String),
    /// Behind `ESC ]` and its like, up to their end.
    Text2 {
        is_escape: bool,
    },
    /// One more character belongs to the sequence.
    Skip,
}

impl Transcript {
    /// Takes output, and gives the lines that are complete by it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        let mut out = String::new();
        self.half.extend_from_slice(bytes);
        let taken = std::mem::take(&mut self.half);
        let mut rest = &taken[..];
        while !rest.is_empty() {
            match str::from_utf8(rest) {
                Ok(text) => {
                    text.chars().for_each(|one| self.take(one, &mut out));
                    rest = &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    str::from_utf8(good).unwrap_or_default().chars().for_each(|one| self.take(one, &mut out));
                    match error.error_len() {
                        Some(length) => {
                            self.take(char::REPLACEMENT_CHARACTER, &mut out);
                            rest = &bad[length..];
                        }
                        None => {
                            self.half = bad.to_vec();
                            rest = &[];
                        }
                    }
                }
            }
        }
        out
    }

    /// The line that was never left.
    pub(super) fn end(&mut self) -> String {
        if self.line.is_empty() { String::new() } else { self.leave_line() }
    }

    fn take(&mut self, one: char, out: &mut String) {
        self.state = match std::mem::take(&mut self.state) {
            State::Text => self.text(one, out),
            State::Escape => match one {
                '[' => State::Control(String::new()),
                ']' | 'P' | '_' | '^' | 'X' => State::Text2 { is_escape: false },
                '(' | ')' | '*' | '+' | '#' | '%' => State::Skip,
                _ => State::Text,
            },
            State::Control(mut parameters) => match one {
                '\u{40}'..='\u{7e}' => {
                    self.control(&parameters, one, out);
                    State::Text
                }
                _ => {
                    if parameters.len() < 8 * PARAMETERS_MAX {
                        parameters.push(one);
                    }
                    State::Control(parameters)
                }
            },
            State::Text2 { is_escape } => match (one, is_escape) {
                ('\u{7}', _) | ('\\', true) => State::Text,
                _ => State::Text2 { is_escape: one == '\u{1b}' },
            },
            State::Skip => State::Text,
        };
    }

    fn text(&mut self, one: char, out: &mut String) -> State {
        match one {
            '\u{1b}' => return State::Escape,
            '\n' if !self.is_elsewhere => out.push_str(&self.leave_line()),
            '\r' => self.column = 0,
            '\u{8}' => self.column = self.column.saturating_sub(1),
            '\t' => self.column = (self.column / 8 + 1) * 8,
            one if one.is_control() => {}
            one => self.put(one),
        }
        State::Text
    }

    fn put(&mut self, one: char) {
        if self.is_elsewhere || LINE_CHARS_MAX <= self.column {
            return;
        }
        if self.line.len() <= self.column {
            self.line.resize(self.column, ' ');
            self.line.push(one);
        } else {
            self.line[self.column] = one;
        }
        self.column += 1;
    }

    /// What moves in a line, erases in it, or gives the terminal to a full-screen program.
    fn control(&mut self, parameters: &str, what: char, out: &mut String) {
        let number =
            |least: usize| parameters.split(';').next().and_then(|text| text.parse().ok()).unwrap_or(least);
        match what {
            'C' => self.column = (self.column + number(1)).min(LINE_CHARS_MAX),
            'D' => self.column = self.column.saturating_sub(number(1)),
            'G' => self.column = (number(1).max(1) - 1).min(LINE_CHARS_MAX),
            'K' => match number(0) {
                0 => self.line.truncate(self.column),
                2 => self.line.clear(),
                _ => self.line.iter_mut().take(self.column).for_each(|one| *one = ' '),
            },
            'P' if self.column < self.line.len() => {
                let end = self.line.len().min(self.column + number(1));
                self.line.drain(self.column..end);
            }
            'h' | 'l' if ["?1049", "?47", "?1047"].contains(&parameters) => {
                self.is_elsewhere = what == 'h';
                self.column = 0;
                if self.is_elsewhere {
                    out.push_str(&self.end());
                    out.push_str("[a full-screen program]\n");
                }
            }
            _ => {}
        }
    }

    fn leave_line(&mut self) -> String {
        let line: String = self.line.drain(..).collect();
        self.column = 0;
        format!("{}\n", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &[u8]) -> String {
        let mut transcript = Transcript::default();
        let mut text = transcript.push(output);
        text += &transcript.end();
        // The same in whatever pieces.
        let mut by_byte = Transcript::default();
        let pieces: String = output.iter().map(|byte| by_byte.push(&[*byte])).collect();
        assert_eq!(pieces + &by_byte.end(), text);
        text
    }

    #[test]
    fn s191_colours_and_titles_are_left_out() {
        let shown = b"\x1b]0;user@host\x07\x1b[01;32muser\x1b[0m$ ls\r\nfile\r\n";
        assert_eq!(read(shown), "user$ ls\nfile\n");
    }

    #[test]
    fn what_was_typed_and_taken_back_is_not_in_it() {
        assert_eq!(read(b"$ lss\x08\x1b[K -l\r\n"), "$ ls -l\n");
        assert_eq!(read(b"10%\r20%\r100%\r\n"), "100%\n");
        assert_eq!(read(b"abc\x08\x08\x1b[Px\r\n"), "ax\n");
    }

    #[test]
    fn full_screen_programs_are_only_mentioned() {
        let shown = b"$ vi\r\n\x1b[?1049h\x1b[2J\x1b[5;5Hmany\r\nlines\x1b[?1049l$ exit\r\n";
        assert_eq!(read(shown), "$ vi\n[a full-screen program]\n$ exit\n");
    }

    #[test]
    fn any_bytes_are_read() {
        assert_eq!(read("日本\n".as_bytes()), "日本\n");
        assert_eq!(read(b"a\xff\xe6b\n"), "a\u{fffd}\u{fffd}b\n");
        read(&(0..=255).cycle().take(20_000).collect::<Vec<u8>>());
    }
}
