//! The forms in which a server may echo a secret. *To add one*: a line in [`of`] and one in the test.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;

/// Every form of one secret, the secret itself among them. They may repeat.
pub(super) fn of(secret: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let hex = each_byte(secret, |byte| format!("{byte:02x}"));
    let json = escape(secret, json_escape);
    let json_in_html = escape(secret, json_escape_in_html);
    let mut forms = vec![
        secret.to_owned(),
        secret.to_ascii_lowercase(),
        secret.to_ascii_uppercase(),
        hex.to_ascii_uppercase(),
        hex,
        json.replace('/', "\\/"),
        json,
        json_in_html.replace('/', "\\/"),
        json_in_html,
        each_unit(secret, |unit| format!("\\u{unit:04x}")),
        each_unit(secret, |unit| format!("\\u{unit:04X}")),
        each_byte(secret, |byte| format!("%{byte:02X}")),
        each_byte(secret, |byte| format!("%{byte:02x}")),
        escape(secret, html_named),
        escape(secret, html_decimal),
        escape(secret, html_hex),
    ];
    for kept in [UNRESERVED, COMPONENT, FORM] {
        forms.push(percent(secret, kept, false));
        forms.push(percent(secret, kept, true));
    }
    forms.push(percent(secret, FORM, false).replace("%20", "+"));
    forms.extend(base64_cores(secret));
    forms
        .into_iter()
        .filter(|form| form.len() >= super::Scrubber::MIN_BYTES)
        .map(|f| Zeroizing::new(f.into_bytes()))
        .collect()
}

/// What RFC 3986, `encodeURIComponent` and HTML forms leave as it is, beside letters and digits.
const UNRESERVED: &[u8] = b"-._~";
const COMPONENT: &[u8] = b"-._~!*'()";
const FORM: &[u8] = b"-._*";

fn percent(secret: &str, kept: &[u8], lower: bool) -> String {
    each_byte(secret, |byte| match byte {
        byte if byte.is_ascii_alphanumeric() || kept.contains(&byte) => char::from(byte).to_string(),
        byte if lower => format!("%{byte:02x}"),
        byte => format!("%{byte:02X}"),
    })
}

/// Base64 of any text that holds the secret: the letters that depend on the secret alone, for each of the three places
/// at which it can begin in a group of three bytes.
fn base64_cores(secret: &str) -> Vec<String> {
    let mut cores = Vec::new();
    for offset in 0..3_usize {
        let padded = Zeroizing::new([vec![0; offset], secret.as_bytes().to_vec()].concat());
        // Each letter is six bits: those that touch a byte before or after the secret are not its own.
        let (from, to) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            cores.push(engine.encode(&*padded)[from..to].to_owned());
        }
    }
    cores
}

fn each_byte(secret: &str, form: impl Fn(u8) -> String) -> String {
    secret.bytes().map(form).collect()
}

fn each_unit(secret: &str, form: impl Fn(u16) -> String) -> String {
    secret.encode_utf16().map(form).collect()
}

fn escape(secret: &str, special: impl Fn(char) -> Option<String>) -> String {
    secret.chars().fold(String::new(), |mut text, character| {
        match special(character) {
            Some(escaped) => text.push_str(&escaped),
            None => text.push(character),
        }
        text
    })
}

fn json_escape(character: char) -> Option<String> {
    matches!(character, '"' | '\\').then(|| format!("\\{character}"))
}

/// What serialisers write that guard against being pasted into a page.
fn json_escape_in_html(character: char) -> Option<String> {
    let guarded = matches!(character, '<' | '>' | '&').then(|| format!("\\u{:04x}", u32::from(character)));
    guarded.or_else(|| json_escape(character))
}

fn html_named(character: char) -> Option<String> {
    let named = match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    };
    Some(named.to_owned())
}

fn html_decimal(character: char) -> Option<String> {
    Some(format!("&#{};", u32::from(character)))
}

fn html_hex(character: char) -> Option<String> {
    if character.is_alphanumeric() { None } else { Some(format!("&#x{:x};", u32::from(character))) }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::super::Scrubber;
    use super::*;

    #[test]
    fn every_form_is_found_at_every_offset() {
        let secret = "p\"a/s+s&w o<rd>=~'1é";
        let scrubber = Scrubber::new(&[secret]).expect("long enough");
        for before in ["", "x", "Bearer ", "user:"] {
            let whole = format!("{before}{secret}tail");
            let forms = [
                whole.clone(),
                STANDARD.encode(&whole),
                URL_SAFE.encode(&whole),
                each_byte(&whole, |byte| format!("{byte:02x}")),
                each_byte(&whole, |byte| format!("{byte:02X}")),
                percent(&whole, UNRESERVED, false),
                percent(&whole, COMPONENT, true),
                percent(&whole, FORM, false).replace("%20", "+"),
                "\"p\\\"a/s+s&w o<rd>=~'1é\"".to_owned(),
                "\"p\\\"a\\/s+s\\u0026w o\\u003crd\\u003e=~'1é\"".to_owned(),
                each_unit(&whole, |unit| format!("\\u{unit:04x}")),
                "p&quot;a/s+s&amp;w o&lt;rd&gt;=~&#39;1é".to_owned(),
                escape(&whole, html_decimal),
            ];
            for form in forms {
                assert!(scrubber.blank(&mut form.clone().into_bytes()), "{form}");
            }
        }
    }

    #[test]
    fn the_forms_are_those_that_others_write() {
        let secret = "aZ9-._~!*'()/+ é\"<";
        let forms: Vec<_> = of(secret).iter().map(|form| String::from_utf8(form.to_vec()).expect("text")).collect();
        for form in [
            "aZ9-._~%21%2A%27%28%29%2F%2B%20%C3%A9%22%3C",
            "aZ9-._~%21%2a%27%28%29%2f%2b%20%c3%a9%22%3c",
            "aZ9-._~!*'()%2F%2B%20%C3%A9%22%3C",
            "aZ9-._%7E%21*%27%28%29%2F%2B+%C3%A9%22%3C",
            "%61%5A%39%2D%2E%5F%7E%21%2A%27%28%29%2F%2B%20%C3%A9%22%3C",
            "615a392d2e5f7e212a2728292f2b20c3a9223c",
            "615A392D2E5F7E212A2728292F2B20C3A9223C",
            "\\u0061\\u005a\\u0039\\u002d\\u002e\\u005f\\u007e\\u0021\\u002a\\u0027\\u0028\\u0029\\u002f\\u002b\\u0020\\u00e9\\u0022\\u003c",
            "aZ9-._~!*'()/+ é\\\"<",
            "aZ9-._~!*'()\\/+ é\\\"\\u003c",
            "aZ9-._~!*&#39;()/+ é&quot;&lt;",
            "&#97;&#90;&#57;&#45;&#46;&#95;&#126;&#33;&#42;&#39;&#40;&#41;&#47;&#43;&#32;&#233;&#34;&#60;",
            "aZ9&#x2d;&#x2e;&#x5f;&#x7e;&#x21;&#x2a;&#x27;&#x28;&#x29;&#x2f;&#x2b;&#x20;é&#x22;&#x3c;",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}");
        }
    }

    #[test]
    fn of_base64_every_letter_is_blanked_that_holds_nothing_but_the_secret() {
        let secret = "sesame-open";
        let scrubber = Scrubber::new(&[secret]).expect("long enough");
        for before in ["", "x", "xy", "xyz"] {
            let mut text = STANDARD.encode(format!("{before}{secret}tail")).into_bytes();
            let whole = text.clone();
            scrubber.blank(&mut text);
            // Each letter is six bits, each byte eight.
            let (from, to) = (before.len() * 8, (before.len() + secret.len()) * 8);
            for (at, (letter, was)) in text.iter().zip(&whole).enumerate() {
                let own = from <= at * 6 && (at + 1) * 6 <= to;
                assert_eq!(*letter, if own { b'*' } else { *was }, "letter {at} after {before:?}");
            }
        }
    }
}
