//! What leaves a call: state with success alone, records only when they are right.

use super::*;
use crate::fault::{OutputFault, Problem};

#[tokio::test(flavor = "multi_thread")]
async fn state_leaves_with_the_outcome_of_a_call_that_succeeds() {
    let bench = bench();
    let arguments = [SCRATCH, 1, SCRATCH, 3, SCRATCH + 64].map(I::I32Const);
    let set = || arguments.clone().into_iter().chain([I::Call(0)]);
    let guest = || Guest::new().importing("state", "set", 5).holding(SCRATCH, "abc").pulling(set());
    let outcome = bench.pull(guest(), call()).await;
    assert_eq!(outcome.state, Some(BTreeMap::from([("a".to_owned(), "abc".to_owned())])));
    assert_eq!(bench.pull(guest().pulling([I::Unreachable]), call()).await.state, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_named_and_other_kinds_fail_the_page() {
    let bench = bench();
    // A tombstone: case 23 of the variant; then the kind, and an id, at the payload's place.
    let tombstone = |kind: u8, length: i32| {
        let mut bytes = vec![0; 20];
        (bytes[0], bytes[8]) = (23, kind);
        bytes[12..16].copy_from_slice(&PAGE.to_le_bytes());
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
        Guest::new().holding(PAGE, page(SCRATCH, 1)).holding(SCRATCH, bytes)
    };
    let bad = fault(bench.pull(tombstone(1, 0), call()).await);
    assert_eq!(bad.to_string(), "record 0 (team): `id` is empty");
    let other = fault(bench.pull(tombstone(0, 4), call()).await);
    let expected = OutputFault::KindNotDeclared { record: 0, kind: RecordKind::Person };
    assert_eq!(other, GuestFault::Output(expected));
    let odd = fault(bench.pull(tombstone(1, 4), call()).await);
    let expected = OutputFault::Field { record: 0, kind: RecordKind::Team, field: "id", problem: Problem::Control };
    assert_eq!(odd, GuestFault::Output(expected));
}
