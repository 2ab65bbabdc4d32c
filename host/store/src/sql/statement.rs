//! A statement: a constant with a name, and its text for each engine.

use std::sync::OnceLock;

use super::dialect::{self, Scoped};

/// A statement of this crate.
#[derive(Debug)]
pub(crate) struct Statement {
    name: &'static str,
    template: &'static str,
    sqlite: OnceLock<&'static str>,
    postgres: OnceLock<Scoped>,
}

impl Statement {
    pub(crate) const fn new(name: &'static str, template: &'static str) -> Self {
        Self { name, template, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// Where it is written, for those who look for it.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    #[cfg(test)]
    pub(crate) fn template(&self) -> &'static str {
        self.template
    }

    pub(crate) fn sqlite(&self) -> &'static str {
        self.sqlite.get_or_init(|| dialect::sqlite(self.template).leak())
    }

    pub(crate) fn postgres(&'static self) -> Scoped {
        #[cfg(test)]
        if let Some(unbound) = super::tests::unbound(self) {
            return unbound;
        }
        *self.postgres.get_or_init(|| dialect::postgres(self.template))
    }
}

/// Declares statements, and lists them in `STATEMENTS` for the test that prepares them.
macro_rules! statements {
    ($($(#[$doc:meta])* $visibility:vis $name:ident = $text:expr;)*) => {
        $($(#[$doc])* $visibility static $name: $crate::sql::Statement =
            $crate::sql::Statement::new(concat!(module_path!(), "::", stringify!($name)), $text);)*

        /// All statements of this module.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[&$crate::sql::Statement] = &[$(&$name,)*];
    };
}
pub(crate) use statements;
