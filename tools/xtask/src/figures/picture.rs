//! A picture of the bytes that each coder needs for each clip, as SVG: bars on a logarithmic scale.

use std::fmt::Write;

use super::coded::Coded;
use super::report::number;

const WIDTH: f64 = 860.0;
const BAR_HEIGHT: f64 = 14.0;
const GAP: f64 = 12.0;
/// Where bars begin, and how long the longest is: names stand before, numbers behind.
const BARS_X: f64 = 280.0;
const BARS_WIDTH: f64 = 500.0;

/// One hue for each coder, in the order in which they come; ours comes last of a clip and is the strongest.
const COLORS: [&str; 6] = ["#8aa1b4", "#b0a18a", "#9fb58f", "#b59fb0", "#0b62c4", "#707070"];

/// The picture; `None` where there is nothing to show.
pub(super) fn svg(coded: &[Coded]) -> Option<String> {
    let (least, most) = bounds(coded)?;
    let mut coders: Vec<&str> = Vec::new();
    let mut body = String::new();
    let (mut y, mut clip) = (GAP, "");
    for one in coded {
        if one.clip != clip {
            (clip, y) = (&one.clip, y + GAP);
            text(
                &mut body,
                GAP,
                y + BAR_HEIGHT,
                "start",
                &format!("<tspan font-weight=\"bold\">{}</tspan>", escaped(clip)),
            );
        }
        if !coders.contains(&one.coder.as_str()) {
            coders.push(&one.coder);
        }
        let place = coders.iter().position(|coder| *coder == one.coder).unwrap_or_default();
        let length = BARS_WIDTH * (one.kilobytes.max(least) / least).ln() / (most / least).ln();
        let color = COLORS[place % COLORS.len()];
        text(&mut body, BARS_X - 6.0, y + BAR_HEIGHT, "end", &escaped(&one.coder));
        // Writing to a String cannot fail.
        let _ = writeln!(
            body,
            "<rect x=\"{BARS_X}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{}\" fill=\"{color}\"/>",
            y + 3.0,
            BAR_HEIGHT - 2.0
        );
        text(
            &mut body,
            BARS_X + length + 6.0,
            y + BAR_HEIGHT,
            "start",
            &format!("{} kB", number(one.kilobytes)),
        );
        y += BAR_HEIGHT;
    }
    let height = y + 2.0 * GAP;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<title>Bytes for each recorded desktop, logarithmic</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    ))
}

/// Half of the fewest kilobytes, so that its bar has a length, and the most.
fn bounds(coded: &[Coded]) -> Option<(f64, f64)> {
    let kilobytes = || coded.iter().map(|one| one.kilobytes.max(1.0));
    let least = kilobytes().min_by(f64::total_cmp)? / 2.0;
    Some((least, kilobytes().max_by(f64::total_cmp)?))
}

fn text(body: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let _ = writeln!(
        body,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#202020\">{content}</text>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(clip: &str, coder: &str, kilobytes: u32) -> Coded {
        serde_json::from_value(serde_json::json!({
            "clip": clip, "coder": coder, "kilobytes": kilobytes, "encode_ms": 1, "decode_ms": 1,
            "psnr_db": null, "ssim": 1, "exact": 1, "text_exact": null
        }))
        .unwrap()
    }

    #[test]
    fn each_coder_has_a_bar_and_the_largest_is_the_longest() {
        let picture = svg(&[coded("ide", "R&D", 4000), coded("ide", "ours", 500)]).unwrap();
        assert_eq!(picture.matches("<rect x=").count(), 2);
        assert!(picture.contains("width=\"500.0\"") && picture.contains("R&amp;D"), "{picture}");
    }

    #[test]
    fn without_coders_there_is_no_picture() {
        assert_eq!(svg(&[]), None);
    }
}
