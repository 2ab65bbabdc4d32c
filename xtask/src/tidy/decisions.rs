//! Decisions are referred to by number, so each has one of its own, in its name and in its title.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;

use super::Findings;
use crate::cargo::root;

pub(super) fn check() -> Result<Findings> {
    let mut decisions = Vec::new();
    for entry in fs::read_dir(root().join("docs/decisions"))? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())?;
        let title = text.lines().next().unwrap_or_default().to_owned();
        decisions.push((entry.file_name().to_string_lossy().into_owned(), title));
    }
    decisions.sort();
    Ok(judge(&decisions))
}

fn judge(decisions: &[(String, String)]) -> Findings {
    let mut findings = Findings::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, title) in decisions {
        let number = name.split('-').next().unwrap_or_default();
        if let Some(other) = taken.insert(number, name) {
            findings.push(format!("docs/decisions/{name}: {other} has this number; take the next that is free"));
        }
        if !title.starts_with(&format!("# {}. ", number.trim_start_matches('0'))) {
            findings
                .push(format!("docs/decisions/{name}: begin the title with `# {}. `", number.trim_start_matches('0')));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_number_is_taken_once_and_stands_in_the_title() {
        let decision = |name: &str, title: &str| (name.to_owned(), title.to_owned());
        let fine = decision("0009-one.md", "# 9. One");
        assert!(judge(&[fine.clone(), decision("0010-two.md", "# 10. Two")]).is_empty());
        assert_eq!(judge(&[fine.clone(), decision("0009-two.md", "# 9. Two")]).len(), 1);
        assert_eq!(judge(&[fine, decision("0010-two.md", "# 9. Two")]).len(), 1);
    }
}
