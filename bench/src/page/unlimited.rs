//! The same connector on the same engine with every budget off: no epochs, no limits, no turns, no wall clock. What the
//! engine is asked for the sake of the same result everywhere stays on, since it is no budget.

use std::sync::Arc;
use std::time::Instant as Clock;

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store, bail, format_err,
};

use generated::exports::weighbridge::connector::source::PullArgs;
use generated::weighbridge::connector::{http, log, state};

use super::{NOW, STREAM, settings};

mod generated {
    #![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "connector",
        imports: { "weighbridge:connector/http": trappable },
        ownership: Owning,
        with: {
            "weighbridge:connector/http.response": super::Answer,
        },
    });
}

/// An answer; its body is there until it is taken.
#[expect(unreachable_pub, reason = "generated code wants it public")]
pub struct Answer(Option<Vec<u8>>);

/// What the interfaces of one call see.
struct Call {
    body: Arc<Vec<u8>>,
    answers: ResourceTable,
}

/// The component, linked.
pub(super) struct Unlimited {
    engine: Engine,
    connector: generated::ConnectorPre<Call>,
    body: Arc<Vec<u8>>,
}

/// Seconds of one turn and of its part.
pub(super) struct Free {
    pub(super) whole: f64,
    /// From the call of the export to its return, as the sandbox measures it, too.
    pub(super) export: f64,
}

impl Unlimited {
    /// Compile it for a source that answers everything with this body.
    pub(super) fn new(component: &[u8], body: Vec<u8>) -> Result<Self> {
        let mut pool = PoolingAllocationConfig::new();
        pool.table_keep_resident(64 * 1024).linear_memory_keep_resident(8 * 1024 * 1024);
        if PoolingAllocationConfig::is_pagemap_scan_available() {
            pool.pagemap_scan(Enabled::Yes);
        }
        let mut config = Config::new();
        config
            .concurrency_support(false)
            .relaxed_simd_deterministic(true)
            .cranelift_nan_canonicalization(true)
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config)?;
        let component = Component::new(&engine, component)?;
        let mut linker = Linker::new(&engine);
        http::add_to_linker::<Call, HasSelf<Call>>(&mut linker, |call| call)?;
        log::add_to_linker::<Call, HasSelf<Call>>(&mut linker, |call| call)?;
        state::add_to_linker::<Call, HasSelf<Call>>(&mut linker, |call| call)?;
        let connector = generated::ConnectorPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, connector, body: Arc::new(body) })
    }

    /// One page, and its records.
    pub(super) fn turn(&self) -> Result<(Free, usize)> {
        let begun = Clock::now();
        let call = Call { body: Arc::clone(&self.body), answers: ResourceTable::new() };
        let mut store = Store::new(&self.engine, call);
        let connector = self.connector.instantiate(&mut store)?;
        let args = PullArgs {
            settings: settings().to_string(),
            stream_name: STREAM.to_owned(),
            cursor: None,
            now: NOW.to_owned(),
        };
        let called = Clock::now();
        let page = connector.weighbridge_connector_source().call_pull(&mut store, &args)?;
        let export = called.elapsed().as_secs_f64();
        let records = page.map_err(|failure| format_err!("{failure:?}"))?.records.len();
        drop(store);
        Ok((Free { whole: begun.elapsed().as_secs_f64(), export }, records))
    }
}

type Sent = std::result::Result<Resource<Answer>, http::HttpError>;

impl http::Host for Call {
    fn send(&mut self, _: http::Request) -> Result<Sent> {
        Ok(Ok(self.answers.push(Answer(Some(self.body.to_vec())))?))
    }

    fn send_all(&mut self, requests: Vec<http::Request>) -> Result<Vec<Sent>> {
        requests.into_iter().map(|request| self.send(request)).collect()
    }
}

impl http::HostResponse for Call {
    fn status(&mut self, _: Resource<Answer>) -> Result<u16> {
        Ok(200)
    }

    fn header(&mut self, _: Resource<Answer>, _: String) -> Result<Option<String>> {
        Ok(None)
    }

    fn text(&mut self, answer: Resource<Answer>) -> Result<std::result::Result<String, http::HttpError>> {
        Ok(Ok(String::from_utf8(self.take(&answer)?)?))
    }

    fn bytes(&mut self, answer: Resource<Answer>) -> Result<std::result::Result<Vec<u8>, http::HttpError>> {
        Ok(Ok(self.take(&answer)?))
    }

    fn drop(&mut self, answer: Resource<Answer>) -> Result<()> {
        self.answers.delete(answer)?;
        Ok(())
    }
}

impl Call {
    fn take(&mut self, answer: &Resource<Answer>) -> Result<Vec<u8>> {
        match self.answers.get_mut(answer)?.0.take() {
            Some(body) => Ok(body),
            None => bail!("the body was taken before"),
        }
    }
}

impl log::Host for Call {
    fn log(&mut self, _: log::Level, _: String) {}
}

impl state::Host for Call {
    fn get(&mut self, _: String) -> Option<String> {
        None
    }

    fn set(&mut self, _: String, _: String) -> std::result::Result<(), state::StateError> {
        Ok(())
    }

    fn remove(&mut self, _: String) {}

    fn keys(&mut self) -> Vec<String> {
        Vec::new()
    }
}
