//! A005, A011: Has a string that is twice the one before, as long as it can.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;

guest!(pull: |_| {
    let mut text = String::from("x");
    while text.len() < 1 << 30 {
        text = std::hint::black_box(format!("{text}{text}"));
    }
    Page::done(Vec::new(), &text.len())
});
