use proptest::prelude::*;

use super::*;

fn exact(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(values.len(), share, |rank| values[rank]).expect("values")
}

fn merged(parts: &[Vec<f64>]) -> Samples {
    let decode = |part: &Vec<f64>| Samples::decode(&Samples::from_values(part.clone()).encode()).expect("own bytes");
    Samples::merge(parts.iter().map(decode)).expect("one error bound")
}

/// Deterministic values over eleven orders of magnitude, with zeros among them.
fn spread(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..count).map(|i| if i % 97 == 0 { 0.0 } else { 10f64.powf(next() * 11.0 - 3.0) }).collect()
}

#[test]
fn few_values_are_kept_as_they_are_and_many_are_sketched() {
    let few = Samples::from_values(spread(BUCKET_LIMIT, 1));
    assert_eq!((few.method(), few.encode().len()), (Method::Exact, 1 + 8 * BUCKET_LIMIT));
    let many = Samples::from_values(spread(BUCKET_LIMIT + 1, 1));
    assert_eq!(many.method(), Method::Sketch);
    assert!(Samples::from_values(Vec::new()).encode().is_empty());
}

#[test]
fn exact_buckets_merge_exactly_up_to_the_limit_of_a_window() {
    let parts: Vec<_> = (0..10).map(|seed| spread(1_000, seed)).collect();
    let whole = merged(&parts);
    assert_eq!(whole.method(), Method::Exact);
    assert_eq!(whole.percentile(0.9), Some(exact(parts.concat(), 0.9)));

    let over: Vec<_> = parts.into_iter().chain([vec![1.0]]).collect();
    assert_eq!(merged(&over).method(), Method::Sketch);
}

#[test]
fn a_sketch_stays_within_its_bound_and_survives_its_bytes() {
    for (seed, count) in [(3, 1_001), (4, 5_000), (5, 20_000)] {
        let values = spread(count, seed);
        let sketch = Samples::decode(&Samples::from_values(values.clone()).encode()).expect("own bytes");
        for share in [0.0, 0.1, 0.5, 0.75, 0.9, 0.99, 1.0] {
            let (found, wanted) = (sketch.percentile(share).expect("values"), exact(values.clone(), share));
            assert!((found - wanted).abs() <= wanted * RELATIVE_ERROR * 1.000_001, "{share}: {found} for {wanted}");
        }
    }
}

#[test]
fn a_sketch_answers_with_the_rank_that_was_asked_for() {
    // Neighbours are 3 % apart: the value of the next rank would be outside of the bound. With 1,002 values, 255 / 1,001
    // times 1,001 is less than 255 in doubles.
    let values: Vec<f64> = (0..=BUCKET_LIMIT + 1).map(|rank| 1.03f64.powf(rank as f64)).collect();
    let sketch = Samples::from_values(values.clone());
    let Samples(Form::Sketch(sketch)) = &sketch else { panic!("a sketch") };
    for (rank, wanted) in values.iter().enumerate() {
        assert!((at_rank(sketch, rank) - wanted).abs() <= wanted * RELATIVE_ERROR * 1.000_001, "{rank}");
    }
}

#[test]
fn merging_does_not_depend_on_the_order() {
    let parts: Vec<_> = [(1, 10), (2, 3_000), (3, 1_500), (4, 900)].map(|(seed, count)| spread(count, seed)).into();
    let backwards: Vec<_> = parts.iter().rev().cloned().collect();
    for share in [0.1, 0.5, 0.9] {
        assert_eq!(merged(&parts).percentile(share), merged(&backwards).percentile(share));
    }
}

#[test]
fn broken_bytes_are_refused() {
    let bytes = Samples::from_values(vec![1.0, 2.0]).encode();
    assert!(matches!(Samples::decode(&bytes[..bytes.len() - 1]), Err(SamplesError::Values)));
    assert!(matches!(Samples::decode(&[9, 0]), Err(SamplesError::Encoding(9))));
    let unsorted: Vec<u8> = [1].into_iter().chain(2f64.to_le_bytes()).chain(1f64.to_le_bytes()).collect();
    assert!(matches!(Samples::decode(&unsorted), Err(SamplesError::Values)));
    assert!(matches!(Samples::decode(&[2, 0xff]), Err(SamplesError::Sketch(_))));
    let loose = DDSketch::new(Config::new(0.05, 2_048, 1e-9));
    let loose: Vec<u8> = [2].into_iter().chain(loose.to_java_bytes()).collect();
    let loose = Samples::decode(&loose).expect("a sketch");
    assert!(matches!(Samples::merge([loose]), Err(SamplesError::Bound)));
}

proptest! {
    #[test]
    fn a_merge_equals_the_whole(parts in prop::collection::vec(prop::collection::vec(0.0..1e9f64, 0..200), 1..20)) {
        let all = parts.concat();
        prop_assume!(!all.is_empty());
        for share in [0.5, 0.9] {
            prop_assert_eq!(merged(&parts).percentile(share), Some(exact(all.clone(), share)));
        }
    }
}
