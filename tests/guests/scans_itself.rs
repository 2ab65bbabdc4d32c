//! A048, A105: Asks in every way that it has, keeps all that it hears, and looks for credentials in the whole of its own memory.
//!
//! What it looks for is what all credentials of its test have in common, in the forms that text travels in. The table of
//! forms is hidden, or it would find that.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "there is a memory to scan in the sandbox alone"))]

use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http, log};

const KEY: u8 = 0x5a;

const fn hide<const N: usize>(text: &[u8; N]) -> [u8; N] {
    let mut hidden = *text;
    let mut at = 0;
    while at < N {
        hidden[at] ^= KEY;
        at += 1;
    }
    hidden
}

static RAW: [u8; 10] = hide(b"cAnArYzQ7x");
static LOWER: [u8; 10] = hide(b"canaryzq7x");
static HEX: [u8; 20] = hide(b"63416e4172597a513778");
static PERCENT: [u8; 30] = hide(b"%63%41%6E%41%72%59%7A%51%37%78");
static BASE64: [[u8; 12]; 3] = [hide(b"Y0FuQXJZelE3"), hide(b"NBbkFyWXpRN3"), hide(b"jQW5Bcll6UTd")];

guest!(pull: |_| {
    let mut heard = Vec::new();
    for slot in ["account", "bearer", "basic", "header"] {
        for path in ["teams", "echo?again"] {
            let url = format!("https://api.example.test/api/{path}");
            let asked = [http::get(&url).auth(slot), http::post(&url).auth(slot).body("x"), http::get(&url)];
            for answer in http::send_all(asked) {
                let told = match &answer {
                    Ok(answer) => {
                        let named = ["x-echo", "www-authenticate", "content-type", "authorization", "set-cookie"];
                        let headers: String = named.iter().filter_map(|name| answer.header(name)).collect();
                        format!("{} {headers} {}", answer.status(), answer.text().unwrap_or_default())
                    }
                    Err(error) => format!("{error:?}"),
                };
                log::info!("{}", told.chars().take(2_000).collect::<String>());
                heard.push(told);
            }
        }
    }
    let hits = scan();
    // In sight of the compiler it would not be written at all.
    let planted: Vec<u8> = std::hint::black_box(RAW.iter().map(|byte| byte ^ KEY).collect());
    let found = scan();
    let alive = std::hint::black_box(&planted).len() + heard.len();
    let kept = heard.iter().filter(|told| told.contains("****")).count();
    Page::done(vec![team(format!("hits {hits}, planted {}, blanked {}", found > hits && alive > 10, kept > 10))], &1)
});

/// How often any form is met.
fn scan() -> usize {
    let forms: [&[u8]; 7] = [&RAW, &LOWER, &HEX, &PERCENT, &BASE64[0], &BASE64[1], &BASE64[2]];
    let end = memory();
    let is_at = |at: usize, form: &[u8]| {
        at + form.len() <= end && form.iter().enumerate().all(|(offset, byte)| peek(at + offset) ^ KEY == *byte)
    };
    (1..end).map(|at| forms.iter().filter(|form| is_at(at, form)).count()).sum()
}

#[cfg(target_arch = "wasm32")]
fn memory() -> usize {
    core::arch::wasm32::memory_size::<0>() * 65_536
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "any address below the end of a linear memory can be read")]
fn peek(at: usize) -> u8 {
    // SAFETY: `at` is above 0 and below the end of the one linear memory.
    unsafe { core::ptr::read_volatile(at as *const u8) }
}

#[cfg(not(target_arch = "wasm32"))]
fn memory() -> usize {
    0
}

#[cfg(not(target_arch = "wasm32"))]
fn peek(_: usize) -> u8 {
    0
}
