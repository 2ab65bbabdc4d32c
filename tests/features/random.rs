//! Random guests through the whole path of the host: 2,000 in each run of the tests, the same ones each time.

use std::path::Path;
use std::time::Duration;

use weighbridge_tests::soak::{self, Plan, SEED, Stage};

/// The least share of guests that must come so far; a run in which fewer do proves little. Measured shares are higher.
const FLOORS: [(Stage, f64); 3] = [(Stage::Called, 0.5), (Stage::Ran, 0.4), (Stage::Accepted, 0.1)];

#[tokio::test(flavor = "multi_thread")]
async fn random_guests_end_by_a_named_fault_and_leave_the_host_as_it_was() {
    let program = env!("CARGO_BIN_EXE_soak");
    let keep = Path::new(program).with_file_name("soak-kept");
    let target = Path::new(program).ancestors().nth(2).expect("the target folder");
    let plan = Plan {
        smith: soak::build(target).expect("the generator of guests"),
        compiler: (program.into(), vec!["compile".to_owned()]),
        seed: SEED,
        guests: 2_000,
        within: Duration::from_secs(20 * 60),
        keep: soak::keep(&keep).expect("a folder"),
    };
    let tally = soak::run(&plan).await.unwrap_or_else(|error| {
        panic!("{error:#}\nrun it again with `cargo xtask soak --guests 1 --seed` and its seed")
    });
    assert_eq!(tally.guests(), 2_000, "all in time: {tally}");
    for (stage, floor) in FLOORS {
        assert!(tally.reached(stage) >= floor, "fewer than {floor} of them {}: {tally}", stage.reached());
    }
}
