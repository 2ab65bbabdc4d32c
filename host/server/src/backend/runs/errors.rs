//! What went wrong in a run, read back from its record: the counterpart of [`Ending::errors`](crate::sync::Ending::errors).

use api::RunError;

use crate::sync;

/// The errors in a run's record. A text of another form is shown all the same.
pub(super) fn parse(text: &str) -> Vec<RunError> {
    let unknown = || vec![sync::RunError { stream: None, kind: "unknown".to_owned(), message: text.to_owned() }];
    let errors: Vec<sync::RunError> = serde_json::from_str(text).unwrap_or_else(|_| unknown());
    errors.into_iter().map(|sync::RunError { stream, kind, message }| RunError { stream, kind, message }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_wrote_is_read_back_whatever_its_streams_are_called() {
        let error = |stream: Option<&str>| sync::RunError {
            stream: stream.map(str::to_owned),
            kind: "upstream".to_owned(),
            message: "HTTP 500: upstream: broken".to_owned(),
        };
        let written = serde_json::to_string(&[error(None), error(Some("upstream: x"))]).expect("JSON");
        let read = parse(&written);
        assert_eq!((read.len(), read[1].stream.as_deref()), (2, Some("upstream: x")));
        assert_eq!(parse("the disk is full")[0].message, "the disk is full");
    }
}
