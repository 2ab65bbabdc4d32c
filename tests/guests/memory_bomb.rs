//! A005: Takes memory until there is none.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;

guest!(pull: |_| {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while hoard.len() < 100_000 {
        hoard.push(std::hint::black_box(vec![1; 1 << 20]));
    }
    Page::done(Vec::new(), &hoard.len())
});
