//! The Rust side of `wit/`, generated.
//!
//! An import is `async` when answering it can take long, and `trappable` when a guest can break its contract by calling
//! it. Everything else answers at once and cannot fail. The module is private: what leaves the crate has been lowered.

#![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "connector",
    imports: {
        "weighbridge:connector/http.send": async | trappable,
        "weighbridge:connector/http.send-all": async | trappable,
        "weighbridge:connector/http": trappable,
        "weighbridge:connector/files": async,
    },
    exports: { default: async },
    ownership: Owning,
    additional_derives: [serde::Serialize, serde::Deserialize],
    with: {
        "weighbridge:connector/http.response": crate::capability::http::Answer,
        "weighbridge:connector/content.blob": crate::capability::Never,
    },
});
