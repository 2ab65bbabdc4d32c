//! Each guest of `tests/guests` against a real host: contained, named, and nothing half written.
//!
//! A row of `guests!` is a test: the guest, what becomes of it, and how a [`Trial`] of it ends. What every trial asserts
//! beside its row stands there. A guest without a row does not compile (`tests/build.rs` lists them).

/// Each row is a module of the guest's name with one test in it.
macro_rules! guests {
    ($($guest:ident $becomes:ident: |$trial:ident| $run:expr;)+) => {
        $(pub(crate) mod $guest {
            /// Names the guest in the list of all.
            pub(crate) const TESTED: () = ();

            #[test]
            fn $becomes() {
                #[allow(unused_imports, reason = "each row takes what it needs")]
                use super::*;
                let $trial = weighbridge_tests::kit::Trial::of(stringify!($guest));
                $run
            }
        })+
    };
}

mod bombs;
mod floods;
mod ledger;
mod lies;
mod loops;
mod memory;
mod neighbours;
mod others;
mod packages;
mod records;
mod requests;
mod ungranted;

use bombs::*;
use floods::*;
use lies::*;
use loops::*;
use memory::*;
use others::*;
use packages::*;
use records::*;
use requests::*;
use ungranted::*;

include!(concat!(env!("OUT_DIR"), "/every_guest.rs"));
