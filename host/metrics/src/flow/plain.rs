//! A second reading of the definitions, written for the tests alone: hour by hour along a tape of what happened, slow and
//! plain, and without a line of the first.

use domain::Instant;
use domain::fact::{ActorClass, PullRequestFact};

#[derive(Clone, Copy, PartialEq)]
enum What {
    Ready,
    Word { sure: bool, approves: bool },
}

/// What happened from the creation on, in order; at the same instant a draft is made ready first, and what is sure comes
/// before what is not.
fn tape(pr: &PullRequestFact) -> Vec<(Instant, What)> {
    let mut tape = Vec::new();
    for at in &pr.ready_at {
        tape.push((*at, What::Ready));
    }
    let author = pr.author.clone().map(|author| author.key);
    let reviews = pr.reviews.iter().map(|r| (r.at, r.author.clone(), r.approves));
    let comments = pr.review_comments.iter().map(|c| (c.at, c.author.clone(), false));
    for (at, who, approves) in reviews.chain(comments) {
        match who {
            None => tape.push((at, What::Word { sure: false, approves })),
            Some(who) if who.class != ActorClass::Human || Some(&who.key) == author.as_ref() => {}
            Some(_) => tape.push((at, What::Word { sure: true, approves })),
        }
    }
    tape.retain(|(at, _)| *at >= pr.created_at);
    tape.sort_by_key(|(at, what)| {
        let order = match what {
            What::Ready => 0,
            What::Word { sure: true, .. } => 1,
            What::Word { sure: false, .. } => 2,
        };
        (*at, order)
    });
    tape
}

/// Coding, pickup, rework, merge, deploy and total in seconds.
pub(super) fn stages(pr: &PullRequestFact, merged: Instant) -> [Option<f64>; 6] {
    let tape = tape(pr);

    // Words spoken before the first ready are set aside, unless none follow it.
    let drafted = tape.iter().position(|(_, what)| *what == What::Ready).unwrap_or(0);
    let is_word = |entry: &(Instant, What)| entry.1 != What::Ready;
    let from = if tape[drafted..].iter().any(is_word) { drafted } else { 0 };

    let (mut ready, mut ready_fixed) = (pr.created_at, false);
    let (mut review, mut approve) = (None, None);
    for (at, what) in &tape[from..] {
        match what {
            What::Ready if !ready_fixed => ready = *at,
            What::Ready => {}
            What::Word { sure, approves } => {
                ready_fixed = true;
                review = review.or(Some((*at, *sure)));
                if *approves {
                    approve = approve.or(Some((*at, *sure)));
                }
            }
        }
    }
    let review = review.filter(|(at, sure)| *sure && *at <= merged).map(|(at, _)| at);
    let approve = approve.filter(|(_, sure)| *sure).map(|(at, _)| at);

    let seconds = |start: Option<Instant>, end: Option<Instant>| {
        let micros = end?.as_micros() - start?.as_micros();
        if micros >= 0 { Some(micros as f64 / 1e6) } else { None }
    };
    let coding = seconds(pr.first_commit_at, Some(ready));
    let pickup = seconds(Some(ready), review);
    let rework = seconds(review, approve);
    let merge = seconds(approve, Some(merged));
    let live = if let Ok(at) = &pr.deployed_at { Some(*at) } else { None };
    let deploy = seconds(Some(merged), live);
    let total = if let (Some(a), Some(b), Some(c), Some(d), Some(e)) = (coding, pickup, rework, merge, deploy) {
        Some(a + b + c + d + e)
    } else {
        None
    };
    [coding, pickup, rework, merge, deploy, total]
}

/// 1 where nobody had reviewed it at the merge, 0 where somebody had.
pub(super) fn unreviewed(pr: &PullRequestFact, merged: Instant) -> Option<f64> {
    let words = tape(pr).into_iter().filter(|(at, what)| *at <= merged && *what != What::Ready);
    let sure: Vec<bool> = words.map(|(_, what)| matches!(what, What::Word { sure: true, .. })).collect();
    if sure.contains(&true) {
        Some(0.0)
    } else if sure.contains(&false) {
        None
    } else {
        Some(1.0)
    }
}
