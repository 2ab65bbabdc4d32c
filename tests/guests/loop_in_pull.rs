//! A003: Never comes back from `pull`.
use weighbridge_guests::guest;

guest!(pull: |_| loop {
    std::hint::black_box(0);
});
