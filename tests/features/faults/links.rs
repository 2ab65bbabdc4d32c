//! Links and redirects lead nowhere but on.

use weighbridge_tests::kit::Reply;
use weighbridge_tests::upstream::Answer;

use super::{disturbed, refusal};

/// The honest page, with this link to the next.
fn next(mut answer: Answer, target: &str) -> Reply {
    answer.headers.retain(|(name, _)| *name != "link");
    answer.headers.push(("link", format!("<{target}>; rel=\"next\"")));
    Reply::honest(&answer)
}

#[test]
fn a_page_that_links_to_itself_is_an_error_and_no_loop() {
    let failed =
        disturbed("invalid-data", &["links to itself or back", "/repos/acme/shop/issues"], |request, answer| {
            next(answer, &format!("https://api.github.com{}", request.target))
        });
    assert_eq!(failed.source.requests(), 3);
    failed.recovers();
}

#[test]
fn a_page_that_links_to_another_host_is_an_error() {
    for host in ["https://api.github.com.evil.example", "http://169.254.169.254", "https://evil.example"] {
        disturbed("invalid-data", &["another host", host], move |_, answer| {
            next(answer, &format!("{host}/repos/acme/shop/issues?page=2"))
        })
        .recovers();
    }
}

#[test]
fn a_redirect_is_not_followed_wherever_it_leads() {
    let places = ["https://evil.example/", "http://169.254.169.254/latest/meta-data/", "/repositories/7/issues"];
    for (status, place) in [301, 302, 307].into_iter().zip(places) {
        let failed = disturbed("invalid-data", &[&status.to_string(), "redirects are not followed"], move |_, _| {
            refusal(status, &[("location", place)])
        });
        assert_eq!(failed.source.requests(), 3, "nothing was asked after the redirect");
        failed.recovers();
    }
}

#[test]
fn a_page_out_of_the_order_that_was_asked_for_is_an_error() {
    disturbed("invalid-data", &["not in the order asked for"], |_, mut answer| {
        let mut items: serde_json::Value = serde_json::from_slice(&answer.body).expect("honest");
        for item in items.as_array_mut().expect("a list") {
            item["updated_at"] = "2001-01-01T00:00:00Z".into();
        }
        answer.body = items.to_string().into_bytes();
        Reply::honest(&answer)
    })
    .recovers();
}
