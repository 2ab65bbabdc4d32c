//! Small guests for tests: one core module, written instruction by instruction, made a component of the real world.

use std::path::Path;
use std::sync::Arc;

use domain::{Digest, RecordKind};
use sha2::{Digest as _, Sha256};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction as I, MemorySection, MemoryType, Module,
    NameMap, NameSection, RefType, TableSection, TableType, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::engine::Source;

/// Where the page of the guest stands in its memory.
pub(crate) const PAGE: i32 = 1024;
/// Where the guest can put what it likes.
pub(crate) const SCRATCH: i32 = 4096;
/// The local of `pull`, after its nine parameters.
const LOCAL: u32 = 9;
/// The global that `pull` may use.
pub(crate) const GLOBAL: u32 = 1;

const HEAP: i32 = 0x10000;
const PACKAGE: &str = "weighbridge:connector";

/// A guest whose `pull` runs some instructions and then returns the page at [`PAGE`], unless they return.
pub(crate) struct Guest {
    imports: Vec<(&'static str, &'static str, usize)>,
    pull: Vec<I<'static>>,
    data: Vec<(i32, Vec<u8>)>,
    custom: Vec<(&'static str, Vec<u8>)>,
    trap_name: String,
}

impl Guest {
    /// One that answers with an empty last page.
    pub(crate) fn new() -> Self {
        Self {
            imports: Vec::new(),
            pull: Vec::new(),
            data: vec![(PAGE, page(0, 0))],
            custom: Vec::new(),
            trap_name: "_ZN5guest4dive17h0123456789abcdefE".to_owned(),
        }
    }

    /// Import a function of an interface that takes so many `i32`; it is function 0, 1, … in this order.
    pub(crate) fn importing(mut self, interface: &'static str, function: &'static str, params: usize) -> Self {
        self.imports.push((interface, function, params));
        self
    }

    /// What `pull` does. Function `imports` + 3 traps by itself.
    pub(crate) fn pulling(mut self, instructions: impl IntoIterator<Item = I<'static>>) -> Self {
        self.pull.extend(instructions);
        self
    }

    /// Do it so many times.
    pub(crate) fn repeating(mut self, times: i32) -> Self {
        let around = [I::I32Const(times), I::LocalSet(LOCAL), I::Loop(BlockType::Empty)];
        let again = [I::LocalGet(LOCAL), I::I32Const(1), I::I32Sub, I::LocalTee(LOCAL), I::BrIf(0), I::End];
        self.pull = around.into_iter().chain(self.pull).chain(again).collect();
        self
    }

    /// Bytes in memory.
    pub(crate) fn holding(mut self, at: i32, bytes: impl Into<Vec<u8>>) -> Self {
        self.data.push((at, bytes.into()));
        self
    }

    /// A custom section of its module.
    pub(crate) fn with_section(mut self, name: &'static str, data: Vec<u8>) -> Self {
        self.custom.push((name, data));
        self
    }

    /// Another name for the function that traps.
    pub(crate) fn trapping_as(mut self, name: impl Into<String>) -> Self {
        self.trap_name = name.into();
        self
    }

    /// The number of the function that traps; its name is mangled as Rust mangles, unless it has another.
    pub(crate) fn trapping(&self) -> u32 {
        u32::try_from(self.imports.len()).expect("few imports") + 3
    }

    /// The component.
    pub(crate) fn component(self) -> Vec<u8> {
        let mut module = self.module();
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let (package, _) = resolve.push_dir(wit).expect("the interface");
        let world = resolve.select_world(&[package], Some("connector")).expect("the world");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
        ComponentEncoder::default().validate(true).module(&module).expect("a module").encode().expect("a component")
    }

    /// The component as a package that brings these kinds.
    pub(crate) fn source(self, kinds: &[RecordKind]) -> Source {
        let bytes: Arc<[u8]> = self.component().into();
        Source {
            plugin: "acme/guest".parse().expect("an id"),
            digest: Digest::from_bytes(Sha256::digest(&bytes).into()),
            bytes,
            kinds: kinds.to_vec(),
        }
    }

    fn module(self) -> Vec<u8> {
        let trapping = self.trapping();
        let first = trapping - 3;
        let Self { imports, pull, data, custom, trap_name } = self;
        let (mut types, mut import_section, mut functions, mut code) =
            (TypeSection::new(), ImportSection::new(), FunctionSection::new(), CodeSection::new());
        for (index, (interface, function, params)) in (0..).zip(&imports) {
            types.ty().function(vec![ValType::I32; *params], []);
            let interface = format!("{PACKAGE}/{interface}@0.1.0");
            import_section.import(&interface, function, EntityType::Function(index));
        }
        let bodies = [
            (4, 1, vec![I::I32Const(PAGE)]),
            (9, 1, pull.into_iter().chain([I::I32Const(PAGE)]).collect()),
            (4, 1, allocate()),
            (0, 0, vec![I::Unreachable]),
        ];
        for (index, (params, results, instructions)) in (first..).zip(bodies) {
            types.ty().function(vec![ValType::I32; params], vec![ValType::I32; results]);
            functions.function(index);
            let mut function = Function::new([(1, ValType::I32)]);
            instructions.iter().chain([&I::End]).for_each(|instruction| {
                function.instruction(instruction);
            });
            code.function(&function);
        }
        let mut memory = MemorySection::new();
        memory.memory(MemoryType { minimum: 4, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut tables = TableSection::new();
        let element_type = RefType::FUNCREF;
        tables.table(TableType { element_type, minimum: 4, maximum: None, table64: false, shared: false });
        let mut globals = GlobalSection::new();
        for value in [HEAP, 0] {
            let global = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            globals.global(global, &ConstExpr::i32_const(value));
        }
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export(&format!("{PACKAGE}/source@0.1.0#streams"), ExportKind::Func, first);
        exports.export(&format!("{PACKAGE}/source@0.1.0#pull"), ExportKind::Func, first + 1);
        exports.export("cabi_realloc", ExportKind::Func, first + 2);
        let mut segments = DataSection::new();
        for (at, bytes) in data {
            segments.active(0, &ConstExpr::i32_const(at), bytes);
        }
        let mut names = NameMap::new();
        names.append(trapping, &trap_name);
        let mut name_section = NameSection::new();
        name_section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&import_section).section(&functions).section(&tables);
        module.section(&memory).section(&globals);
        module.section(&exports).section(&code).section(&segments).section(&name_section);
        for (name, data) in custom {
            module.section(&CustomSection { name: name.into(), data: data.into() });
        }
        module.finish()
    }
}

/// The heap only grows: an instance does not live long.
fn allocate() -> Vec<I<'static>> {
    vec![
        I::GlobalGet(0),
        I::LocalTee(4),
        I::LocalGet(3),
        I::I32Add,
        I::I32Const(7),
        I::I32Add,
        I::I32Const(-8),
        I::I32And,
        I::GlobalSet(0),
        I::LocalGet(4),
    ]
}

/// `ok(page)` with so many records from this address on, and an empty last cursor. An empty list of streams looks the same.
pub(crate) fn page(records: i32, count: i32) -> Vec<u8> {
    [0, records, count, 1, 0, 0].into_iter().flat_map(i32::to_le_bytes).collect()
}
