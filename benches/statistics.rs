//! What is made of samples: their least, their middle, and whether they can be trusted.

/// Samples whose middle is so much above their least were disturbed more than can be read through.
const WIDE: f64 = 1.25;

/// Fewer samples than that say nothing of how far they lie apart.
const FEW: usize = 3;

/// What some rounds of one program gave, per operation.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// One more round, if there was one.
    pub fn extend(&mut self, sample: Option<f64>) {
        self.0.extend(sample);
    }

    /// Whether there was no round yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The least, of at least one.
    pub fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The middle, of at least one.
    pub fn middle(&self) -> f64 {
        median(&self.0)
    }

    /// Whether they lie too far apart for the least to be trusted, or are too few to tell.
    pub fn is_wide(&self) -> bool {
        self.0.len() < FEW || self.middle() > WIDE * self.least()
    }
}

/// The middle of some numbers, of two the mean.
///
/// # Panics
/// When there are none.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// The geometric mean of some ratios. None if there are none.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(samples: &[f64]) -> Samples {
        Samples(samples.to_vec())
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_two() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[7.0]), 7.0);
    }

    #[test]
    fn least_and_middle_are_of_the_same_samples() {
        let samples = samples(&[12.0, 10.0, 11.0]);
        assert_eq!((samples.least(), samples.middle()), (10.0, 11.0));
    }

    #[test]
    fn a_spread_is_wide_when_the_middle_is_a_quarter_above_the_least() {
        assert!(!samples(&[10.0, 12.5, 90.0]).is_wide());
        assert!(samples(&[10.0, 12.6, 12.7]).is_wide());
    }

    #[test]
    fn two_samples_are_too_few_to_trust() {
        assert!(samples(&[10.0, 10.0]).is_wide());
    }

    #[test]
    fn twice_and_half_as_fast_is_as_fast() {
        assert_eq!(geometric_mean(&[2.0, 0.5]), Some(1.0));
        assert!((geometric_mean(&[4.0, 16.0]).expect("there are some") - 8.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }
}
