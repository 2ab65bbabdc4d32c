//! The connector against the `git` command: what Git says of a repository, the records say too.

mod damage;
mod directories;
mod equality;
mod fixture;
mod oddities;
mod resume;
