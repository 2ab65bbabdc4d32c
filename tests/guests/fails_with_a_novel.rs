//! A015: Fails with a message of seven megabytes that clears the screen and turns the reading direction.
use weighbridge_guests::guest;
use weighbridge_sdk::Failure;

guest!(pull: |_| Err(Failure::invalid_data("\u{1b}[2J\u{202e}all is well\r\n".repeat(300_000))));
