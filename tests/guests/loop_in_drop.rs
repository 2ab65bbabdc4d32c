//! A003: Never comes back from dropping what it made for its page.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;

guest!(pull: |_| {
    struct Sticky;

    impl Drop for Sticky {
        fn drop(&mut self) {
            loop {
                std::hint::black_box(0);
            }
        }
    }

    let _sticky = Sticky;
    Page::done(Vec::new(), &1)
});
