//! Query parameters, read strictly: what is not known, given twice or malformed is refused, all of it in one answer.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query as Pairs};
use axum::http::request::Parts;

use crate::problem::{ParameterError, Problem};

/// The parameters of an action.
pub(crate) trait FromParameters: Sized {
    /// Takes each parameter that the action has, by name.
    fn read(parameters: &mut Parameters) -> Self;
}

/// A parameter with a closed set of values.
pub(crate) trait Words: Copy + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

/// The parameters of a request as they were given, and what was wrong with those taken so far.
pub(crate) struct Parameters {
    given: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: Vec<ParameterError>,
}

impl Parameters {
    fn new(given: Vec<(String, String)>) -> Self {
        Self { given, known: Vec::new(), errors: Vec::new() }
    }

    /// Its text, if it was given once.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut values = self.given.extract_if(.., |(given, _)| given == name);
        let first = values.next().map(|(_, value)| value);
        if values.next().is_some() {
            drop(values);
            self.refuse(name, "is given more than once");
            return None;
        }
        first
    }

    /// Its value; `form` says what it must be.
    pub(crate) fn parse<T: FromStr>(&mut self, name: &'static str, form: &str) -> Option<T> {
        let value = self.text(name)?.parse().ok();
        if value.is_none() {
            self.refuse(name, &format!("must be {form}"));
        }
        value
    }

    /// Its value out of a closed set.
    pub(crate) fn word<T: Words>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name)?;
        let value = T::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if value.is_none() {
            let allowed: Vec<_> = T::WORDS.iter().map(|(word, _)| (*word).to_owned()).collect();
            self.errors.push(one_of(name, allowed));
        }
        value
    }

    /// Its number within these bounds.
    pub(crate) fn number<T: FromStr + PartialOrd + Display>(
        &mut self,
        name: &'static str,
        bounds: RangeInclusive<T>,
    ) -> Option<T> {
        let value = self.text(name)?.parse().ok().filter(|number| bounds.contains(number));
        if value.is_none() {
            self.refuse(name, &format!("must be a whole number from {} to {}", bounds.start(), bounds.end()));
        }
        value
    }

    /// Notes that a parameter is wrong.
    pub(crate) fn refuse(&mut self, name: &'static str, detail: &str) {
        self.errors.push(wrong(name, detail));
    }

    fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in self.given {
            let parameter: String = name.chars().take(64).collect();
            let allowed: Vec<_> = self.known.iter().map(|known| (*known).to_owned()).collect();
            let detail = match allowed.is_empty() {
                true => "is not a parameter of this action, which has none".to_owned(),
                false => format!("is not a parameter of this action, which has {}", quoted(&allowed)),
            };
            self.errors.push(ParameterError { parameter, detail, allowed: Vec::new() });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::InvalidParameters(self.errors)) }
    }
}

/// What is wrong with a parameter.
pub(crate) fn wrong(name: &str, detail: &str) -> ParameterError {
    ParameterError { parameter: name.to_owned(), detail: detail.to_owned(), allowed: Vec::new() }
}

/// A parameter has none of the values that it may have.
pub(crate) fn one_of(name: &str, allowed: Vec<String>) -> ParameterError {
    let detail = format!("must be one of {}", quoted(&allowed));
    ParameterError { parameter: name.to_owned(), detail, allowed }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The parameters of an action, read and checked.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: FromParameters, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Pairs(given) = Pairs::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| {
            Problem::InvalidParameters(vec![wrong("query", "must be `name=value` pairs joined by `&`")])
        })?;
        let mut parameters = Parameters::new(given);
        let value = T::read(&mut parameters);
        parameters.finish().map(|()| Self(value))
    }
}

/// An action without parameters.
pub(crate) struct NoParameters;

impl FromParameters for NoParameters {
    fn read(_: &mut Parameters) -> Self {
        Self
    }
}

/// The id in a path. What is not the text of an id is answered like an id of nothing.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<String>, PathRejection> =
            <Path<String> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| Problem::NotFound)?;
        text.parse().map(Self).map_err(|_| Problem::NotFound)
    }
}

/// The most items of a page, and how many there are where the client does not say.
const LIMITS: RangeInclusive<usize> = 1..=100;
const DEFAULT_LIMIT: usize = 50;

/// The parameters of a list: how many items, and after which.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) limit: usize,
    pub(crate) cursor: Option<String>,
}

impl FromParameters for Paging {
    fn read(parameters: &mut Parameters) -> Self {
        Self { limit: parameters.number("limit", LIMITS).unwrap_or(DEFAULT_LIMIT), cursor: parameters.text("cursor") }
    }
}
