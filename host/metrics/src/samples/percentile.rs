//! Percentiles by linear interpolation of the ranks: type 7 of Hyndman and Fan (1996), the default of R and NumPy.

/// The percentile at `share` (0 to 1) of `count` values, of which `at` gives the one of a rank, counted from 0 in
/// ascending order. None without values.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are not negative and far below 2^52"
)]
pub fn percentile(count: usize, share: f64, at: impl Fn(usize) -> f64) -> Option<f64> {
    let last = count.checked_sub(1)?;
    let rank = share.clamp(0.0, 1.0) * last as f64;
    let below = rank.floor() as usize;
    let low = at(below);
    let high = if below < last { at(below + 1) } else { low };
    Some(low + (rank - rank.floor()) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], share: f64) -> Option<f64> {
        percentile(values.len(), share, |rank| values[rank])
    }

    #[test]
    fn percentiles_are_those_that_r_and_numpy_give() {
        // quantile(c(1, 2, 3, 4), p, type = 7) and numpy.percentile of the same.
        let four = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(of(&four, 0.5), Some(2.5));
        assert_eq!(of(&four, 0.25), Some(1.75));
        assert!((of(&four, 0.9).expect("a value") - 3.7).abs() < 1e-12);
        // The sample of the Wikipedia article on quantiles.
        let ten = [3.0, 6.0, 7.0, 8.0, 8.0, 10.0, 13.0, 15.0, 16.0, 20.0];
        assert_eq!((of(&ten, 0.25), of(&ten, 0.5), of(&ten, 0.75)), (Some(7.25), Some(9.0), Some(14.5)));
        assert!((of(&ten, 0.9).expect("a value") - 16.4).abs() < 1e-12);
    }

    #[test]
    fn the_ends_are_the_least_and_the_greatest_value() {
        assert_eq!((of(&[], 0.5), of(&[7.0], 0.9)), (None, Some(7.0)));
        assert_eq!((of(&[1.0, 5.0], 0.0), of(&[1.0, 5.0], 1.0)), (Some(1.0), Some(5.0)));
    }
}
