//! Lines for the run record, shown to the members of the workspace. A call may write 64 KiB.
//!
//! ```no_run
//! use weighbridge_sdk::log;
//! log::warn!("repository {} has no default branch", "acme/shop");
//! ```

pub use crate::bindings::weighbridge::connector::log::Level;

/// Write one line. The macros [`debug!`](crate::log::debug), [`info!`](crate::log::info), [`warn!`](crate::log::warn) and
/// [`error!`](crate::log::error) format it first.
pub fn write(level: Level, message: &str) {
    crate::host::log(level, message);
}

macro_rules! level {
    ($name:ident, $level:ident, $exported:ident, $doc:literal, $d:tt) => {
        #[doc = $doc]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $exported {
            ($d($d part:tt)*) => { $crate::log::write($crate::log::Level::$level, &::std::format!($d($d part)*)) };
        }
        #[doc = $doc]
        pub use $exported as $name;
    };
}

level!(debug, Debug, __log_debug, "Write a line for the author alone, formatted as by `format!`.", $);
level!(info, Info, __log_info, "Write a line that is good to know, formatted as by `format!`.", $);
level!(warn, Warn, __log_warn, "Write a line that somebody should look at, formatted as by `format!`.", $);
level!(error, Error, __log_error, "Write a line that says what is missing now, formatted as by `format!`.", $);
