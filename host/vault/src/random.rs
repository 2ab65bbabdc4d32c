//! Randomness from the operating system, for keys, nonces and tokens.

use zeroize::Zeroizing;

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// So many bytes that nobody can guess, wiped when they are dropped.
///
/// # Errors
/// When the operating system has none to give.
pub fn random_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; N]);
    fill(&mut *bytes)?;
    Ok(bytes)
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(NoRandomness)
}
