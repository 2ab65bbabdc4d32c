//! What a random module may import and must export to be a connector, as core modules that describe it.

use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// The two exports that the host calls, and the one by which it asks for memory.
pub(crate) const STREAMS: &str = "weighbridge:connector/source@0.1.0#streams";
pub(crate) const PULL: &str = "weighbridge:connector/source@0.1.0#pull";
pub(crate) const REALLOC: &str = "cabi_realloc";
/// Parameters of `streams` and of [`REALLOC`], and of `pull`.
pub(crate) const STREAMS_PARAMS: usize = 4;
pub(crate) const PULL_PARAMS: usize = 9;
/// Names of random functions that a frame is put around.
pub(crate) const INNER_STREAMS: &str = "inner-streams";
pub(crate) const INNER_PULL: &str = "inner-pull";

/// A function of the host, as a core module sees it.
pub(crate) struct HostFunction {
    pub(crate) interface: &'static str,
    pub(crate) name: &'static str,
    /// Its parameters, one letter each: `s` a string or list (address and length), `e` a small number, `h` a handle, `i` a
    /// number, `l` a long one, `r` where the result goes.
    pub(crate) parameters: &'static str,
    pub(crate) returns: bool,
}

const fn function(interface: &'static str, name: &'static str, parameters: &'static str) -> HostFunction {
    HostFunction { interface, name, parameters, returns: false }
}

/// All that a connector with every capability can call.
pub(crate) const HOST: [HostFunction; 15] = [
    function("log", "log", "es"),
    function("state", "get", "sr"),
    function("state", "set", "ssr"),
    function("state", "remove", "s"),
    function("state", "keys", "r"),
    function("files", "stat", "sr"),
    function("files", "list-directory", "sr"),
    function("files", "read", "slir"),
    function("http", "send", "essesesr"),
    function("http", "send-all", "sr"),
    HostFunction { returns: true, ..function("http", "[method]response.status", "h") },
    function("http", "[method]response.header", "hsr"),
    function("http", "[method]response.text", "hr"),
    function("http", "[method]response.bytes", "hr"),
    function("http", "[resource-drop]response", "h"),
];

impl HostFunction {
    /// The name of its interface in a core module.
    pub(crate) fn module(&self) -> String {
        format!("weighbridge:connector/{}@0.1.0", self.interface)
    }

    fn types(&self) -> Vec<ValType> {
        let of = |letter| match letter {
            's' => vec![ValType::I32; 2],
            'l' => vec![ValType::I64],
            _ => vec![ValType::I32],
        };
        self.parameters.chars().flat_map(of).collect()
    }
}

/// A module that imports all of [`HOST`].
pub(crate) fn imports() -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    for (index, function) in (0..).zip(&HOST) {
        types.ty().function(function.types(), function.returns.then_some(ValType::I32));
        imports.import(&function.module(), function.name, EntityType::Function(index));
    }
    let mut module = Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

/// A module that exports a memory of so many pages, and these functions with so many parameters and one result, all of them `i32`.
pub(crate) fn exports(minimum: u64, functions: &[(&str, usize)]) -> Vec<u8> {
    let (mut types, mut indices, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    for (index, (name, parameters)) in (0..).zip(functions) {
        types.ty().function(vec![ValType::I32; *parameters], [ValType::I32]);
        indices.function(index);
        exports.export(name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut module = Module::new();
    module.section(&types).section(&indices).section(&memories).section(&exports).section(&code);
    module.finish()
}
