//! The corpus of URL spellings: none of them reaches the resolver or a server, whatever the rules grant.

use std::sync::atomic::Ordering;

use weighbridge_egress::EgressConfig;

use super::upstream::trap;
use super::world::{HOST, ToldResolver, config, get, is_denied, permit, rule, session};

/// Refused as they stand.
const SPELLINGS: &[&str] = &[
    // Not an absolute https URL.
    "",
    " ",
    "api.example.test",
    "/x",
    "//api.example.test/x",
    "https:",
    "https:/",
    "https://",
    "https:///x",
    "https:x",
    "https:/api.example.test/x",
    "HTTPS://api.example.test/",
    "Https://api.example.test/",
    "https//api.example.test/",
    " https://api.example.test/",
    "https ://api.example.test/",
    "ht\ttps://api.example.test/",
    "file:///etc/passwd",
    "ftp://api.example.test/",
    "gopher://api.example.test/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "ws://api.example.test/",
    "wss://api.example.test/",
    "unix:///run/x.sock",
    "blob:https://api.example.test/x",
    "view-source:https://api.example.test/",
    "https:\\\\api.example.test\\x",
    "https:/\\api.example.test/x",
    "https:\\/api.example.test/x",
    "https:////api.example.test/x",
    "https:///api.example.test/x",
    "http://api.example.test/",
    "http://api.example.test:443/",
    // Users, passwords and what looks like them.
    "https://user@api.example.test/",
    "https://user:pass@api.example.test/",
    "https://@api.example.test/",
    "https://:@api.example.test/",
    "https://api.example.test@evil.test/",
    "https://api.example.test:443@evil.test/",
    "https://api.example.test%40evil.test/",
    "https://evil.test\\@api.example.test/",
    "https://api.example.test\\@evil.test/",
    "https://a@b@api.example.test/",
    "https://user%40x@api.example.test/",
    "https://api.example.test;@evil.test/",
    "https://api.example.test&@evil.test/",
    // Fragments.
    "https://api.example.test/#",
    "https://api.example.test/x#y",
    "https://api.example.test#@evil.test/",
    "https://evil.test#api.example.test",
    "https://api.example.test/?x#y",
    "https://api.example.test#/../x",
    // Control characters, spaces, non-ASCII.
    "https://api.example.test/\r\nHost: evil.test",
    "https://api.example.test/\n",
    "https://api.example.test/\r",
    "https://api.example.test/\t",
    "https://api.exam\tple.test/",
    "https://api.exam\nple.test/",
    "https://api.example.test/\0",
    "https://api.example.test\0.evil.test/",
    "https://api.example.test/a b",
    "https://api.example.test /",
    "https:// api.example.test/",
    "https://api.example.test/\u{7f}",
    "https://api.example.test/\u{1}",
    "https://api.example.test/?a=\r\n",
    "https://api.example.test/?a b",
    "https://api.example.test/\u{a0}",
    "https://api.example.test/é",
    "https://api.example.test/?é",
    "https://api.exаmple.test/",
    "https://api.example。test/",
    "https://api.example．test/",
    "https://ａpi.example.test/",
    "https://api.example.test\u{200b}/",
    "https://api\u{ad}.example.test/",
    "https://\u{feff}api.example.test/",
    "https://api.example.test／x",
    "https://api.example.test\u{2028}/",
    "https://ßapi.example.test/",
    "https://api.example.test/\u{202e}x",
    // Characters that have to be encoded.
    "https://api.example.test/\"",
    "https://api.example.test/<x>",
    "https://api.example.test/`",
    "https://api.example.test/{x}",
    "https://api.example.test/a|b",
    "https://api.example.test/a^b",
    "https://api.example.test/a\\b",
    "https://api.example.test\\x",
    "https://api.example.test/\\..\\x",
    "https://api.example.test/?\\",
    "https://api.example.test/[a]",
    // Hosts that are spelled otherwise than the rule.
    "https://API.example.test/",
    "https://Api.Example.Test/",
    "https://api.example.TEST/",
    "https://api.example.test./",
    "https://api.example.test../",
    "https://.api.example.test/",
    "https://api..example.test/",
    "https://api%2eexample.test/",
    "https://api.example.test%2e/",
    "https://%61pi.example.test/",
    "https://api.example.test%00.evil.test/",
    "https://api.example.test%2f@evil.test/",
    "https://api_.example.test/",
    "https://-api.example.test/",
    "https://api-.example.test/",
    "https://api.example.test,evil.test/",
    "https://api.example.test;evil.test/",
    "https://api.example.test'/",
    "https://api.example.test!/",
    "https://*.example.test/",
    "https://$api.example.test/",
    "https://(api.example.test)/",
    "https://api.example.test=evil/",
    "https://api+x.example.test/",
    "https://./",
    "https://../",
    "https://-/",
    "https://%/",
    "https://~/",
    "https://xn--/",
    "https://xn--a.example.test/",
    // Ports.
    "https://api.example.test:/",
    "https://api.example.test:0/",
    "https://api.example.test:00443/",
    "https://api.example.test:0443/",
    "https://api.example.test:65536/",
    "https://api.example.test:99999999999/",
    "https://api.example.test:-1/",
    "https://api.example.test:+443/",
    "https://api.example.test:4 43/",
    "https://api.example.test:443:443/",
    "https://api.example.test:x/",
    "https://api.example.test:0x1bb/",
    "https://api.example.test:443a/",
    "https://api.example.test:%34%34%33/",
    "https://api.example.test:４４３/",
    "https://:443/",
    "https://api.example.test:80/",
    "https://api.example.test:22/",
    // Paths that walk.
    "https://api.example.test/..",
    "https://api.example.test/../",
    "https://api.example.test/a/../b",
    "https://api.example.test/./a",
    "https://api.example.test/a/.",
    "https://api.example.test/a/..",
    "https://api.example.test/%2e",
    "https://api.example.test/%2e%2e/",
    "https://api.example.test/%2E%2E/x",
    "https://api.example.test/.%2e/x",
    "https://api.example.test/%2e./x",
    "https://api.example.test/a%2f..%2fb",
    "https://api.example.test/a%2Fb",
    "https://api.example.test/a%5cb",
    "https://api.example.test/a%5C..%5Cb",
    "https://api.example.test/%252e%252e/",
    "https://api.example.test/%25252e/",
    "https://api.example.test/%252f",
    "https://api.example.test/%255c",
    "https://api.example.test/..;/x",
    "https://api.example.test/.;/x",
    "https://api.example.test/..;a=b/x",
    "https://api.example.test/%c0%ae%c0%ae/",
    "https://api.example.test/%c0%af",
    "https://api.example.test/%e0%80%ae",
    "https://api.example.test/%ff",
    "https://api.example.test/%EF%BC%8E%EF%BC%8E/",
    "https://api.example.test/%EF%BC%8Fx",
    "https://api.example.test/%E2%88%95x",
    "https://api.example.test/%00",
    "https://api.example.test/%0d%0aX:1",
    "https://api.example.test/%0a",
    "https://api.example.test/%09",
    "https://api.example.test/%7f",
    "https://api.example.test/%250d%250a",
    "https://api.example.test/a/%2e%2e%2f",
    // Broken escapes.
    "https://api.example.test/%",
    "https://api.example.test/%2",
    "https://api.example.test/%zz",
    "https://api.example.test/%u002e",
    "https://api.example.test/%+1",
    "https://api.example.test/?%",
    "https://api.example.test/?%g0",
    "https://api.example.test/?a=%2",
];

/// Addresses in every spelling that some resolver or parser understands.
const ADDRESSES: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "0X7F000001",
    "0x7F.0x0.0x0.0x1",
    "2130706433",
    "127.0.0.1.",
    "127.0.0.0x1",
    "127.0.0.01",
    "0",
    "0.0.0.0",
    "00",
    "0x0",
    "255.255.255.255",
    "4294967295",
    "256.256.256.256",
    "1.2.3.4.5",
    "10.0.0.1",
    "167772161",
    "192.168.0.1",
    "3232235521",
    "169.254.169.254",
    "169.254.43518",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "0xa9.254.0251.254",
    "168.63.129.16",
    "1.1.1.1",
    "16843009",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[fd00:ec2::254]",
    "[2606:4700::1111]",
    "[v1.x]",
    "[]",
    "[::1",
    "::1",
    "[::1].example.test",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "127.0.0.1%00",
    "a.127.0.0.1",
    "a.0x7f",
    "a.1",
    "1",
    "127-0-0-1.1",
];

/// The host as a careless reader of a manifest would grant it for this URL.
fn careless_host(url: &str) -> String {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn no_odd_spelling_is_ever_resolved_or_dialled() {
    let resolver = ToldResolver::new(&[&["127.0.0.1"]]);
    let (address, hits) = trap("127.0.0.1", 0).await;
    let ports = [address.port()];
    let generated = ADDRESSES.iter().flat_map(|host| {
        ports
            .iter()
            .map(move |port| format!("https://{host}:{port}/x"))
            .chain([format!("https://{host}/x"), format!("http://{host}/x")])
    });
    let corpus: Vec<String> = SPELLINGS.iter().map(|&url| url.to_owned()).chain(generated).collect();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    for url in corpus {
        // Even if the grant itself names the odd host, on every port in question, and opens every network.
        let mut permit = permit();
        for port in [80, 443, address.port()] {
            let host = careless_host(&url);
            let bare = host.rsplit_once(':').map_or(host.clone(), |(bare, _)| bare.to_owned());
            permit.rules.extend([rule(&host, port), rule(&bare, port)]);
        }
        permit.rules.retain(|rule| rule.host != HOST || rule.port == 443);
        permit.private_networks = vec!["0.0.0.0/0".parse().expect("a net"), "::/0".parse().expect("a net")];
        let session = session(EgressConfig { resolver: resolver.clone(), ..config(&[]) }, permit);
        let outcome = session.send(get(&url)).await;
        assert!(is_denied(&outcome), "{url:?}: {outcome:?}");
    }
    assert_eq!((resolver.calls(), hits.load(std::sync::atomic::Ordering::SeqCst)), (0, 0));
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
