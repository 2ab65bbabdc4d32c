//! The corpus of URLs and addresses: none of what it holds is resolved or dialled, whatever the rules grant.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::Budget;
use domain::exchange::ExchangeError;
use weighbridge_egress::{Egress, EgressConfig};

use super::corpus;
use super::upstream::trap;
use super::world::{Names, ToldResolver, config, get, is_denied, permit, rule, session};

#[tokio::test]
async fn no_odd_spelling_is_ever_resolved_or_dialled() {
    let resolver = ToldResolver::new(&[&["127.0.0.1"]]);
    let (address, hits) = trap("127.0.0.1", 0).await;
    let corpus = corpus::urls(address.port());
    assert!(corpus.len() >= 1500, "{}", corpus.len());
    eprintln!("{} URLs", corpus.len());
    for url in corpus {
        // Even if the grant itself names the odd host, on every port in question, and opens every network.
        let permit = corpus::careless(&url, &[80, 443, address.port()]);
        let session = session(EgressConfig { resolver: resolver.clone(), ..config(&[]) }, permit);
        let outcome = session.send(get(&url)).await;
        assert!(is_denied(&outcome), "{url:?}: {outcome:?}");
    }
    assert_eq!((resolver.calls(), hits.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn no_name_leads_to_an_address_that_is_not_public() {
    let cases = corpus::addresses::addresses();
    let refused: Vec<IpAddr> = cases.into_iter().filter(|(_, open)| !open).map(|(ip, _)| ip).collect();
    assert!(refused.len() >= 250, "{}", refused.len());
    eprintln!("{} addresses", refused.len());
    let name = |index: usize| format!("n{index}.example.test");
    let mut permit = permit();
    permit.rules = (0..refused.len()).map(|index| rule(&name(index), 443)).collect();
    let names = refused.iter().enumerate().map(|(index, &ip)| (name(index), ip)).collect();
    let session = Egress::new(EgressConfig { resolver: Arc::new(Names(names)), ..config(&[]) }).expect("settings");
    let session = session.session(Arc::new(permit), Budget { requests: 10_000, ..Budget::default() });
    for (index, ip) in refused.into_iter().enumerate() {
        let outcome = session.send(get(&format!("https://{}/x", name(index)))).await;
        let Err(ExchangeError::Name(reason)) = &outcome else { panic!("{ip}: {outcome:?}") };
        assert!(reason.contains("never dialled"), "{ip}: {reason}");
    }
}

#[tokio::test]
async fn what_clouds_serve_credentials_from_stays_closed_whatever_is_opened() {
    for (name, ip) in corpus::addresses::METADATA {
        let mut permit = permit();
        permit.rules.push(rule(name, 443));
        permit.private_networks = corpus::everything();
        let resolver = ToldResolver::new(&[&[ip]]);
        let session = session(EgressConfig { resolver, ..config(&[]) }, permit);
        let outcome = session.send(get(&format!("https://{name}/latest/meta-data/"))).await;
        assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{name} at {ip}: {outcome:?}");
    }
}

#[tokio::test]
async fn what_is_not_granted_is_not_resolved() {
    let resolver = ToldResolver::new(&[&["127.0.0.1"]]);
    let (_, hits) = trap("127.0.0.1", 0).await;
    let mut permit = permit();
    permit.rules.truncate(1);
    "/repos".clone_into(&mut permit.rules[0].path);
    let session = session(EgressConfig { resolver: resolver.clone(), ..config(&[]) }, permit);
    for url in ["https://evil.test/repos", "https://api.example.test/reposx", "https://api.example.test:8443/repos"] {
        assert!(is_denied(&session.send(get(url)).await), "{url}");
    }
    let mut delete = get("https://api.example.test/repos");
    "DELETE".clone_into(&mut delete.method);
    assert!(is_denied(&session.send(delete).await));
    let mut smuggling = get("https://api.example.test/repos");
    smuggling.headers.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
    assert!(is_denied(&session.send(smuggling).await));
    assert_eq!((resolver.calls(), hits.load(Ordering::SeqCst), session.usage().requests), (0, 0, 0));
}
