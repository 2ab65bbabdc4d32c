//! Between the exported functions and [`Connector`]. Authors never call it; [`connector!`](crate::connector) does.

use crate::bindings::exports::weighbridge::connector::source::PullArgs;
use crate::{Call, Connector, Failure, Page, Stream};

/// Read the settings, then ask for the streams.
///
/// # Errors
/// The connector's failure, or one that names the setting that does not fit.
pub fn streams<C: Connector>(settings: &str, now: &str) -> Result<Vec<Stream>, Failure> {
    C::streams(&read_settings::<C>(settings)?, now)
}

/// Read the settings, then ask for a page.
///
/// # Errors
/// The connector's failure, or one that names the setting that does not fit.
pub fn pull<C: Connector>(args: &PullArgs) -> Result<Page, Failure> {
    let PullArgs { settings, stream_name, cursor, now } = args;
    let settings = read_settings::<C>(settings)?;
    C::pull(&Call { settings: &settings, stream: stream_name, now, cursor: cursor.as_deref() })
}

fn read_settings<C: Connector>(text: &str) -> Result<C::Settings, Failure> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let settings = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if path == "." {
            Failure::settings(format!("{cause}"))
        } else {
            Failure::settings(format!("`{path}`: {cause}"))
        }
    })?;
    C::check(&settings)?;
    Ok(settings)
}

/// Register the connector of a crate. On `wasm32` it exports the interface `source`; on other targets it does nothing, so
/// that the same crate can be tested natively and linked beside other connectors.
#[macro_export]
macro_rules! connector {
    ($connector:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::exports::weighbridge::connector::source;

            struct Exported;

            impl source::Guest for Exported {
                fn streams(settings: String, now: String) -> Result<Vec<$crate::Stream>, $crate::Failure> {
                    $crate::export::streams::<$connector>(&settings, &now)
                }

                fn pull(args: source::PullArgs) -> Result<$crate::Page, $crate::Failure> {
                    $crate::export::pull::<$connector>(&args)
                }
            }

    $crate::bindings::export!(Exported with_types_in $crate::bindings);
        };
    };
}
