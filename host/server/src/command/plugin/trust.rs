//! `weighbridge plugin trust …`: whom this host believes. Each command says what it changed, from what to what; nothing where
//! it stood so already.

mod add;
mod apply;
mod list;
mod revoke;
mod steps;

use self::add::Said;
use self::revoke::Meant;
use self::steps::Step;
use crate::cli::Trust;
use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, command: Trust, output: Output) -> Result<(), CommandError> {
    match command {
        Trust::Add { key, patterns, name, from, until } => {
            let said = Said { patterns: &patterns, name, from, until };
            tell(&add::add(host, &key, said).await?, &[], output);
        }
        Trust::Rotate { old, new, overlap } => tell(&add::rotate(host, &old, &new, overlap).await?, &[], output),
        Trust::Revoke { id, reason, key, package } => {
            let meant = match (key, package) {
                (true, _) => Meant::Key,
                (_, true) => Meant::Package,
                _ => Meant::Known,
            };
            let steps = revoke::revoke(host, &id, &reason, meant).await?;
            tell(&steps, &["what runs by it is stopped within a second, and it does not come back".to_owned()], output);
        }
        Trust::Floor { plugin, sequence, lower } => {
            tell(&revoke::floor(host, &plugin, sequence, lower).await?, &[], output);
        }
        Trust::Apply { file } => {
            let (steps, kept) = apply::apply(host, &file).await?;
            tell(&steps, &kept, output);
        }
        Trust::Export => print(&apply::export(host).await?),
        Trust::List => list::run(host, output).await?,
    }
    Ok(())
}

fn tell(steps: &[Step], notes: &[String], output: Output) {
    output.say(&serde_json::json!({ "changed": steps, "notes": notes }), || {
        let nothing = steps.is_empty().then(|| "nothing changed: it stood so already".to_owned());
        let lines: Vec<_> = steps.iter().map(Step::line).chain(nothing).chain(notes.iter().cloned()).collect();
        lines.join("\n")
    });
}

/// A file for standard output, whatever form answers have.
fn print(text: &str) {
    anstream::print!("{text}");
}
