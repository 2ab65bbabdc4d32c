//! An author's first hour: a new connector from the skeleton, built, signed, inspected, and installed by an operator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weighbridge_tests::kit::{Host, Ran, built, root, skip};

#[test]
fn a_new_connector_builds_signs_and_installs() {
    let host = Host::bare();
    let folder = host.folder().join("directory");
    let sdk = root().join("sdk/rust").display().to_string();
    let directory = folder.display().to_string();
    let _ = host.run(&["plugin", "new", "acme/directory", "--directory", &directory, "--sdk", &sdk]).good();
    let _ = host.run(&["plugin", "new", "acme/directory", "--directory", &directory]).refused(2, &["not empty"]);
    let _ = host.run(&["plugin", "new", "directory"]).refused(2, &["publisher/name"]);

    // The dependencies of all skeletons are built once, beside those of the repository.
    let target = built().plugins.parent().expect("the target folder").join("skeleton");
    let mut build = host.command(&["plugin", "build", &directory]);
    let output = build.env("CARGO_TARGET_DIR", target).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let key = host.folder().join("key.pem").display().to_string();
    let package = folder.join("directory.wasm").display().to_string();
    let _ = host.run(&["plugin", "key", &key]).good();
    let _ = host.run(&["plugin", "key", &key]).refused(1, &["key.pem"]);
    let _ = host.run(&["plugin", "sign", &package, "--key", &key]).good();
    let shown = host.run(&["plugin", "inspect", &package]).good().out;
    assert!(shown.contains("is not trusted") && shown.contains("GET https://directory.example:443/"), "{shown}");

    let public = host.folder().join("key.pub.pem").display().to_string();
    let _ = host.run(&["plugin", "trust", "add", &public, "--for", "acme/*"]).good();
    let _ = host.run(&["plugin", "verify", &package]).good();
    let _ = host.run(&["plugin", "install", "--grant", &package]).good();
    let _ =
        host.run(&["connect", "acme/directory", "--set", "company=acme"]).refused(2, &["needs the credential `token`"]);
}

#[test]
fn the_same_source_becomes_the_same_package_wherever_it_is_built() {
    let host = Host::bare();
    let text = |path: &Path| path.display().to_string();
    let sdk = text(&root().join("sdk/rust"));
    let [here, there] = ["here", "there/and/further"].map(|name| host.folder().join(name).join("directory"));
    let _ = host.run(&["plugin", "new", "acme/directory", "--directory", &text(&here), "--sdk", &sdk]).good();
    let build = |folder: &Path, cargo_home: &Path| {
        let target = folder.with_extension("target");
        let mut build = host.command(&["plugin", "build", "--reproducible", "--profile", "dev", &text(folder)]);
        build.env("CARGO_TARGET_DIR", &target).env("CARGO_HOME", cargo_home);
        // Debug information, which no release has, names the files behind the links below.
        build.env("CARGO_PROFILE_DEV_DEBUG", "false");
        Ran::of(&build.output().expect("it starts"))
    };
    let home = cargo_home();
    let _ = build(&here, &home).refused(1, &["Cargo.lock"]);
    let locked = Command::new("cargo").args(["generate-lockfile", "--offline", "--quiet"]).current_dir(&here).status();
    assert!(locked.is_ok_and(|status| status.success()), "the skeleton's dependencies are those of this repository");
    fs::create_dir_all(&there).expect("a folder");
    for name in ["Cargo.toml", "Cargo.lock", "plugin.toml", "src/lib.rs"] {
        let to = there.join(name);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(here.join(name), to).expect("copied");
    }
    // The same crates, found elsewhere.
    let other_home = host.folder().join("another-home");
    fs::create_dir(&other_home).expect("a folder");
    for entry in fs::read_dir(&home).expect("cargo's folder").flatten() {
        std::os::unix::fs::symlink(entry.path(), other_home.join(entry.file_name())).expect("a link");
    }
    let package = |folder: &Path, home: &Path| {
        let _ = build(folder, home).good();
        fs::read(folder.join("directory.wasm")).expect("a package")
    };
    let (one, other) = (package(&here, &home), package(&there, &other_home));
    assert!(one == other, "{} and {} bytes, of one source", one.len(), other.len());
}

fn cargo_home() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home).expect("cargo's folder")
}

#[test]
fn a_skeleton_is_written_only_where_the_sdk_is_known() {
    let host = Host::bare();
    let folder = host.folder().join("directory");
    let new = ["plugin", "new", "acme/directory", "--directory", &folder.display().to_string()];
    let _ = host.run(&new).refused(2, &["not published", "--sdk", "`sdk/rust`"]);
    let elsewhere = root().join("tests").display().to_string();
    let _ = host.run(&[&new[..], &["--sdk", &elsewhere]].concat()).refused(2, &[&elsewhere, "`sdk/rust`"]);
    assert!(!folder.exists());
}

#[test]
fn a_package_is_inspected_without_a_host_and_verified_by_one_alone() {
    let nowhere = Path::new("/nowhere/weighbridge.toml");
    let run = |command: &str, package: &str| {
        let mut run = Command::new(&built().weighbridge);
        run.args(["plugin", command, package]).env("WEIGHBRIDGE_CONFIG", nowhere);
        Ran::of(&run.output().expect("it starts"))
    };
    let package = built().plugins.join("github.wasm").display().to_string();
    let shown = run("inspect", &package).good().out;
    for words in
        ["weighbridge/github", "trust     no host here: trust was not asked", "GET https://api.github.com:443/"]
    {
        assert!(shown.contains(words), "`{words}` is not in: {shown}");
    }
    assert!(!shown.contains("not trusted"), "{shown}");
    let _ = run("verify", &package).refused(78, &["/nowhere/weighbridge.toml", "weighbridge init"]);

    let folder = tempfile::TempDir::new().expect("a folder");
    let unsigned = folder.path().join("github.wasm");
    fs::copy(&package, &unsigned).expect("copied");
    let shown = run("inspect", &unsigned.display().to_string()).good().out;
    assert!(shown.contains("not signed"), "{shown}");
}

#[test]
fn a_manifest_that_is_wrong_says_where() {
    let host = Host::bare();
    let folder = host.folder().join("wrong");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("plugin.toml"), "id = \"acme/x\"\ncolour = \"red\"\n").expect("written");
    let directory = folder.display().to_string();
    let _ = host.run(&["plugin", "build", &directory]).refused(1, &["colour"]);
    let _ = host.run(&["plugin", "build", "/no/such/folder"]).refused(1, &["/no/such/folder/plugin.toml"]);
}

#[test]
fn what_is_signed_is_verified_by_another_implementation() {
    // The envelope is DSSE and the key is PEM: OpenSSL checks the signature over the standard's encoding.
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        return skip("what_is_signed_is_verified_by_another_implementation", "openssl is not there");
    }
    let host = Host::bare();
    let envelope = fs::read_to_string(built().plugins.join("git.wasm.dsse")).expect("an envelope");
    let envelope: serde_json::Value = serde_json::from_str(&envelope).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let decode = |text: &str| STANDARD.decode(text).expect("base64");
    let payload = decode(&text(&envelope["payload"]));
    let kind = text(&envelope["payloadType"]);
    let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    message.extend(&payload);
    let file = |name: &str, bytes: &[u8]| {
        let path = host.folder().join(name);
        fs::write(&path, bytes).expect("written");
        path.display().to_string()
    };
    let message_file = file("message", &message);
    let signature = file("signature", &decode(&text(&envelope["signatures"][0]["sig"])));
    let key = built().plugins.join("key.pub.pem").display().to_string();
    let verify = |message: &str| {
        let arguments =
            ["pkeyutl", "-verify", "-pubin", "-inkey", &key, "-rawin", "-in", message, "-sigfile", &signature];
        Command::new("openssl").args(arguments).output().is_ok_and(|output| output.status.success())
    };
    assert!(verify(&message_file));
    message[0] ^= 1;
    assert!(!verify(&file("altered", &message)));
}
