//! Finding the repository in the connection's directory, and what of it decides how it is read.
//!
//! A bare repository, a `.git` directory and a work tree are read. What is not (a linked work tree, another hash, another
//! storage of references, objects borrowed from elsewhere) is refused in words that say which directory to give instead.

mod config;
mod refs;

use std::collections::HashSet;

use gix_hash::{Kind as HashKind, ObjectId};
use weighbridge_sdk::files::{self, EntryKind, FileError};

use crate::error::{Error, Result};
use crate::objects::Objects;
use config::Config;
use refs::{Target, join};

/// A repository that can be read.
pub(crate) struct Repository {
    directory: String,
    config: Config,
    /// Its objects.
    pub(crate) objects: Objects,
    /// The commits at the border of a shallow clone: their parents are not here.
    pub(crate) shallow: HashSet<ObjectId>,
    /// Which border that is; empty for a full clone. It changes when the clone is deepened.
    pub(crate) border: String,
}

/// Where the history to read begins.
pub(crate) struct Head {
    /// The branch, where there is one.
    pub(crate) branch: Option<String>,
    /// The commit, or the tag that leads to it; none in a repository without commits.
    pub(crate) id: Option<ObjectId>,
}

impl Repository {
    /// Find and open it.
    pub(crate) fn open() -> Result<Self> {
        let directory = find_directory()?;
        let config = match files::read_all(&join(&directory, "config")) {
            Ok(bytes) => Config::parse(&String::from_utf8_lossy(&bytes)),
            Err(FileError::NotFound) => Config::default(),
            Err(error) => return Err(Error::file(join(&directory, "config"))(error)),
        };
        refuse_unknown_formats(&config)?;
        let objects = Objects::open(object_directories(&join(&directory, "objects"))?)?;
        let (shallow, border) = read_shallow(&join(&directory, "shallow"))?;
        Ok(Self { directory, config, objects, shallow, border })
    }

    /// The name that its remote gives it.
    pub(crate) fn name(&self) -> Option<String> {
        self.config.name()
    }

    /// Whether objects may be missing because the remote still has them.
    pub(crate) fn is_partial(&self) -> bool {
        self.config.partial
    }

    /// The head of `branch`, or the repository's own.
    pub(crate) fn head(&self, branch: Option<&str>) -> Result<Head> {
        let name = match branch {
            None => "HEAD".to_owned(),
            Some(name) if name.starts_with("refs/") => name.to_owned(),
            Some(name) => format!("refs/heads/{name}"),
        };
        match refs::resolve(&self.directory, &name)? {
            Target::Object { name, id } => Ok(Head { branch: short(&name), id: Some(id) }),
            Target::Unborn { name } => self.unborn(branch, &name),
        }
    }

    /// No commits at all is an empty history; no commits on this branch while others have some is a mistake to tell.
    fn unborn(&self, branch: Option<&str>, name: &str) -> Result<Head> {
        let mut known = refs::branches(&self.directory)?;
        if known.is_empty() && branch.is_none() {
            return Ok(Head { branch: short(name), id: None });
        }
        let more = if known.len() > 10 { ", …" } else { "" };
        known.truncate(10);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let asker = if branch.is_some() { "the setting `branch`" } else { "`HEAD`" };
        Err(Error::Settings(format!(
            "{asker} names `{name}`, which does not exist; set `branch` to one of: {known}{more}"
        )))
    }
}

fn short(name: &str) -> Option<String> {
    name.strip_prefix("refs/heads/").map(str::to_owned)
}

fn kind_of(path: &str) -> Result<Option<EntryKind>> {
    match files::stat(path) {
        Ok(entry) => Ok(Some(entry.kind)),
        Err(FileError::NotFound | FileError::WrongKind) => Ok(None),
        Err(error) => Err(Error::file(path)(error)),
    }
}

fn find_directory() -> Result<String> {
    for directory in ["", ".git"] {
        let head = kind_of(&join(directory, "HEAD"))?;
        let objects = kind_of(&join(directory, "objects"))?;
        if head == Some(EntryKind::File) && objects == Some(EntryKind::Directory) {
            return Ok(directory.to_owned());
        }
    }
    if kind_of(".git")? == Some(EntryKind::File) {
        let pointer = refs::read_small(".git")?.unwrap_or_default();
        let target = pointer.trim().trim_start_matches("gitdir:").trim();
        let repository = target.split_once("/worktrees/").map_or(target, |(main, _)| main);
        return Err(Error::Settings(format!(
            "the directory is a linked work tree: its repository is `{repository}`; connect that directory instead"
        )));
    }
    if let Some(common) = refs::read_small("commondir")? {
        return Err(Error::Settings(format!(
            "the directory belongs to a linked work tree: its repository is `{}`, seen from here; connect that one",
            common.trim()
        )));
    }
    Err(Error::Settings(
        "there is no Git repository in the directory: neither `.git` nor `HEAD` with `objects`".to_owned(),
    ))
}

fn refuse_unknown_formats(config: &Config) -> Result<()> {
    if let Some(format) = config.object_format.as_deref().filter(|format| *format != "sha1") {
        return Err(Error::Settings(format!(
            "the repository has {format} object ids; only SHA-1 repositories can be read so far"
        )));
    }
    if let Some(storage) = config.ref_storage.as_deref().filter(|storage| *storage != "files") {
        return Err(Error::Settings(format!(
            "the repository keeps its references as `{storage}`; run `git refs migrate --ref-format=files`"
        )));
    }
    Ok(())
}

/// The repository's own objects, and those of alternates inside of the connection's directory.
fn object_directories(own: &str) -> Result<Vec<String>> {
    let mut directories = vec![own.to_owned()];
    let Some(text) = refs::read_small(&format!("{own}/info/alternates"))? else { return Ok(directories) };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let inside = resolve_inside(own, line).ok_or_else(|| {
            Error::Settings(format!(
                "the repository borrows objects from `{line}` (objects/info/alternates), which is outside of the \
                 connection's directory; run `git repack -a -d` in it and remove that file"
            ))
        })?;
        directories.push(inside);
    }
    Ok(directories)
}

/// A path relative to `from`, where it stays below the connection's directory.
fn resolve_inside(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn read_shallow(path: &str) -> Result<(HashSet<ObjectId>, String)> {
    let bytes = match files::read_all(path) {
        Ok(bytes) => bytes,
        Err(FileError::NotFound) => return Ok((HashSet::new(), String::new())),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    let read = |line| refs::parse_id(line).ok_or_else(|| Error::damaged(path, "a line is not an object id"));
    let border = text.lines().filter(|line| !line.is_empty()).map(read).collect::<Result<_>>()?;
    let mark = gix_object::compute_hash(HashKind::Sha1, gix_object::Kind::Blob, &bytes)
        .map_err(|error| Error::damaged(path, error))?;
    Ok((border, mark.to_hex_with_len(12).to_string()))
}
