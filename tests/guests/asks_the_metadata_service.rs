//! A041, A043: Asks the metadata services of the clouds.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "https://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://[fd00:ec2::254]/",
        "https://168.63.129.16/",
        "https://100.100.100.200/",
        "https://0xa9fea9fe/",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
