//! Free text of a source, made fit for a record. The host refuses a page for one control character or one byte too many;
//! sources are not so careful with titles and commit messages.

/// The bytes of a text field that names no other limit.
pub const LINE_LIMIT: usize = 1024;
/// The bytes of a commit message.
pub const MESSAGE_LIMIT: usize = 16 * 1024;

/// One line of at most [`LINE_LIMIT`] bytes: control characters become spaces, what is over is cut off.
#[must_use]
pub fn line(text: String) -> String {
    fit(text, LINE_LIMIT, |_| false)
}

/// Lines of at most [`MESSAGE_LIMIT`] bytes together: of the control characters, line breaks and tabs stay.
#[must_use]
pub fn message(text: String) -> String {
    fit(text, MESSAGE_LIMIT, |character| character == '\n' || character == '\t')
}

fn fit(mut text: String, limit: usize, allowed: impl Fn(char) -> bool) -> String {
    text.truncate(text.floor_char_boundary(limit));
    let refused = |character: char| character.is_control() && !allowed(character);
    if !text.contains(refused) {
        return text;
    }
    // A space is never longer than what it replaces.
    text.replace("\r\n", "\n").chars().map(|character| if refused(character) { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_on_a_character_and_loses_its_control_characters() {
        assert_eq!(line("a\tb\u{85}c\u{1b}[0m\n".to_owned()), "a b c [0m ");
        assert_eq!(message("fix\r\n\r\n\tthe thing\0".to_owned()), "fix\n\n\tthe thing ");
        let long = line("é".repeat(LINE_LIMIT));
        assert_eq!(long.len(), LINE_LIMIT);
        assert_eq!(line(format!("a{}", "é".repeat(LINE_LIMIT))).len(), LINE_LIMIT - 1);
    }
}
