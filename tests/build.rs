//! Lists the guests, so that one without a test of its name does not compile.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let folder = Path::new("guests");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_guest = path.extension().is_some_and(|ending| ending == "rs" || ending == "wat");
        if let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
            && is_guest
            && name != "lib"
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let each: String = names.iter().map(|name| format!("    (\"{name}\", {name}::TESTED),\n")).collect();
    let list = format!("/// Every guest, and the test of its name.\nconst GUESTS: &[(&str, ())] = &[\n{each}];\n");
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("every_guest.rs"), list)
}
