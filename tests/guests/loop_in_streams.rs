//! A003: Never comes back from `streams`.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;

guest!(
    streams: loop {
        std::hint::black_box(0);
    },
    pull: |_| Page::done(Vec::new(), &1)
);
