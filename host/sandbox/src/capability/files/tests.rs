use std::fs;
use std::os::unix::fs::symlink;

use cap_std::ambient_authority;
use tempfile::TempDir;

use super::*;

fn directory() -> (TempDir, Arc<Dir>) {
    let outer = tempfile::tempdir().expect("a directory");
    let inner = outer.path().join("inner");
    fs::create_dir_all(inner.join("sub")).expect("directories");
    fs::write(outer.path().join("secret"), "s").expect("a file");
    fs::write(inner.join("b"), "0123456789").expect("a file");
    fs::write(inner.join("a"), "").expect("a file");
    symlink("../secret", inner.join("escape")).expect("a link");
    symlink("b", inner.join("link")).expect("a link");
    rustix::fs::mknodat(
        fs::File::open(&inner).expect("the directory"),
        "pipe",
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("a pipe");
    let dir = Dir::open_ambient_dir(&inner, ambient_authority()).expect("the directory");
    (outer, Arc::new(dir))
}

#[tokio::test]
async fn nothing_outside_of_the_directory_can_be_read() {
    let (_outer, dir) = directory();
    let mut files = Below::new(Some(dir), 1_000_000);
    for path in ["../secret", "/etc/passwd", "sub/../../secret", "escape", "a\0b"] {
        let answer = files.read(path.to_owned(), 0, 10).await;
        assert!(matches!(answer, Err(FileError::Denied(_))), "{path}: {answer:?}");
        assert!(matches!(files.stat(path).await, Err(FileError::Denied(_))), "{path}");
        assert!(matches!(files.list(path).await, Err(FileError::Denied(_))), "{path}");
    }
    assert_eq!(files.read("link".to_owned(), 0, 3).await.expect("bytes"), b"012");
}

#[tokio::test]
async fn ranges_are_read_to_their_length_or_the_end() {
    let (_outer, dir) = directory();
    let mut files = Below::new(Some(dir), 1_000_000);
    assert_eq!(files.read("b".to_owned(), 4, 3).await.expect("bytes"), b"456");
    assert_eq!(files.read("./b".to_owned(), 8, 100).await.expect("bytes"), b"89");
    for beyond in [10, u64::MAX >> 1, u64::MAX] {
        assert_eq!(files.read("b".to_owned(), beyond, 100).await.unwrap_or_default(), b"", "{beyond}");
    }
    assert!(matches!(files.read("none".to_owned(), 0, 1).await, Err(FileError::NotFound)));
    assert!(matches!(files.read("sub".to_owned(), 0, 1).await, Err(FileError::WrongKind)));
    assert!(matches!(files.read("pipe".to_owned(), 0, 1).await, Err(FileError::WrongKind)));
    assert!(matches!(files.list("b").await, Err(FileError::WrongKind)));
}

#[tokio::test]
async fn what_the_cache_does_not_hold_is_read_all_the_same() {
    let (_outer, dir) = directory();
    let file = open(&dir, Path::new("b")).expect("the file");
    assert_eq!(read_rest(&file, b"xx______".to_vec(), 2, 1).expect("bytes"), b"xx345678");
}

#[tokio::test]
async fn listings_are_sorted() {
    let (_outer, dir) = directory();
    let mut files = Below::new(Some(dir), 1_000_000);
    let entries = files.list("").await.expect("entries");
    let seen: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), entry.size)).collect();
    assert_eq!(seen, [("a", 0), ("b", 10), ("escape", 0), ("link", 0), ("pipe", 0), ("sub", 0)]);
}

#[tokio::test]
async fn the_budget_ends_reading() {
    let (_outer, dir) = directory();
    let budget = 2 * OPERATION + 15;
    let mut files = Below::new(Some(dir), u32::try_from(budget).expect("a budget"));
    assert!(files.read("b".to_owned(), 0, 10).await.is_ok());
    assert!(!files.met);
    assert!(matches!(files.read("b".to_owned(), 0, 10).await, Err(FileError::Budget)));
    assert!(matches!(files.read("b".to_owned(), 0, 1).await, Err(FileError::Budget)));
    assert!(files.used() == budget && files.met);
}

#[tokio::test]
async fn looking_costs_where_nothing_is_read() {
    let (_outer, dir) = directory();
    let mut files = Below::new(Some(dir), u32::try_from(4 * OPERATION).expect("a budget"));
    assert!(files.stat("b").await.is_ok());
    assert!(matches!(files.stat("none").await, Err(FileError::NotFound)));
    assert!(matches!(files.list("../secret").await, Err(FileError::Denied(_))));
    assert!(files.take_worked() > Duration::ZERO && files.take_worked() == Duration::ZERO);
    assert_eq!(files.read("b".to_owned(), 0, 0).await.expect("nothing"), b"");
    assert!(matches!(files.stat("b").await, Err(FileError::Budget)));
}

#[tokio::test]
async fn a_read_has_room_for_what_the_file_holds_and_no_more() {
    let (_outer, dir) = directory();
    let mut files = Below::new(Some(dir), 1_000_000);
    let bytes = files.read("b".to_owned(), 4, u32::MAX).await.expect("bytes");
    assert_eq!((bytes.len(), bytes.capacity()), (6, 6));
}
