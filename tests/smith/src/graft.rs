//! A connector's frame around random code, so that the code is reached and what it does reaches the host.
//!
//! Wholly random modules mostly end at the first string that the host hands them, since their allocator is random too. Here
//! the allocator is an honest one, `pull` writes words that look like records, calls host functions with addresses that
//! exist, then runs random code, and at last returns a page that is honest, nearly honest, or wherever chance pointed.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction as I, MemArg,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

use crate::random::Random;
use crate::shape::{
    HOST, HostFunction, INNER_PULL, INNER_STREAMS, PULL, PULL_PARAMS, REALLOC, STREAMS, STREAMS_PARAMS,
};

/// Where the allocator keeps its mark, and where its heap begins.
const MARK: i32 = 16;
const HEAP: i32 = 0x8000;
/// Where an answer is put together.
const ANSWER: i32 = 1024;
/// Where words that look like records are written.
const WORDS: i32 = 2048;
const WORD_COUNT: i32 = 48;
/// Where text is written that fits ids, instants and numbers.
const TEXT: i32 = 4096;
const WRITTEN: &[u8; 40] = b"2026-03-01T09:30:00Z0123456789abcdef0123";
/// Where host functions may put their results.
const RESULTS: i32 = 8192;

/// Put the frame around a module that exports [`INNER_STREAMS`] and [`INNER_PULL`].
pub(crate) fn graft(module: &[u8], random: &mut Random) -> Result<Vec<u8>, Error<Infallible>> {
    let mut grafted = Module::new();
    let mut graft = Graft { random, types: 0, host: Vec::new(), imported: 0, defined: 0, inner: [0; 2] };
    graft.parse_core_module(&mut grafted, wasmparser::Parser::new(0), module)?;
    Ok(grafted.finish())
}

struct Graft<'r> {
    random: &'r mut Random,
    types: u32,
    /// The host functions that the module imports, with their indices.
    host: Vec<(u32, &'static HostFunction)>,
    imported: u32,
    defined: u32,
    inner: [u32; 2],
}

impl Reencode for Graft<'_> {
    type Error = Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        self.types = section.count();
        utils::parse_type_section(self, types, section)?;
        for parameters in [STREAMS_PARAMS, PULL_PARAMS] {
            types.ty().function(vec![ValType::I32; parameters], [ValType::I32]);
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        for import in section.clone().into_imports() {
            let import = import?;
            if matches!(import.ty, wasmparser::TypeRef::Func(_)) {
                let known = HOST.iter().find(|host| host.module() == import.module && host.name == import.name);
                self.host.extend(known.map(|host| (self.imported, host)));
                self.imported += 1;
            }
        }
        utils::parse_import_section(self, imports, section)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        self.defined = section.count();
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.types).function(self.types + 1).function(self.types);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        for export in section {
            let export = export?;
            match export.name {
                INNER_STREAMS => self.inner[0] = export.index,
                INNER_PULL => self.inner[1] = export.index,
                _ => utils::parse_export(self, exports, export)?,
            }
        }
        for (index, name) in (self.imported + self.defined..).zip([STREAMS, PULL, REALLOC]) {
            exports.export(name, ExportKind::Func, index);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_code_section(self, code, section)?;
        let streams = [self.inner(0, STREAMS_PARAMS), self.answer(STREAMS_PARAMS)].concat();
        let pull = [self.words(), self.calls(), self.inner(1, PULL_PARAMS), self.answer(PULL_PARAMS)].concat();
        for body in [streams, pull, allocator()] {
            code.function(&function(&body));
        }
        Ok(())
    }
}

impl Graft<'_> {
    fn number(&mut self, below: usize) -> i32 {
        i32::try_from(self.random.below(below)).unwrap_or(0)
    }

    /// Call a random function with the parameters of this one, and keep what it returns in the local after them.
    fn inner(&self, which: usize, parameters: usize) -> Vec<I<'static>> {
        let parameters = local(parameters);
        (0..parameters).map(I::LocalGet).chain([I::Call(self.inner[which]), I::LocalSet(parameters)]).collect()
    }

    /// Text, and words that look like the parts of records: numbers of variants, addresses of text, lengths.
    fn words(&mut self) -> Vec<I<'static>> {
        let mut body = Vec::new();
        for (index, chunk) in (0..).zip(WRITTEN.chunks_exact(4)) {
            let word = i32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
            body.extend(store(TEXT + 4 * index, I::I32Const(word)));
        }
        let nearly = self.random.chance(60);
        for index in 0..WORD_COUNT {
            let word = match self.random.below(if nearly { 160 } else { 8 }) {
                0..4 => self.number(4),
                4..6 => TEXT + self.number(24),
                6 => 1 + self.number(20),
                7 => self.number(1 << 20),
                // Otherwise it is a team: its kind, an id, a name, and nothing else.
                _ => [1, 0, TEXT + 4, 12, TEXT, 10]
                    .get(usize::try_from(index).unwrap_or(usize::MAX))
                    .copied()
                    .unwrap_or(0),
            };
            body.extend(store(WORDS + 4 * index, I::I32Const(word)));
        }
        body
    }

    /// Call some of the host functions.
    fn calls(&mut self) -> Vec<I<'static>> {
        let mut body = Vec::new();
        for _ in 0..self.random.below(6) {
            if self.host.is_empty() {
                break;
            }
            let (index, function) = *self.random.pick(&self.host);
            for letter in function.parameters.chars() {
                match letter {
                    's' if self.random.chance(70) => {
                        let text = [I::I32Const(TEXT + self.number(24)), I::I32Const(self.number(16))];
                        body.extend(text);
                    }
                    's' => body.extend([I::I32Const(self.number(1 << 16) & !7), I::I32Const(self.number(4))]),
                    'e' => body.push(I::I32Const(self.number(5))),
                    'h' => body.push(I::I32Const(self.number(4))),
                    'l' => body.push(I::I64Const(i64::from(self.number(1 << 16)))),
                    'i' => body.push(I::I32Const(self.number(1 << 24))),
                    _ => body.push(I::I32Const(RESULTS + 8 * self.number(64))),
                }
            }
            body.push(I::Call(index));
            body.extend(function.returns.then_some(I::Drop));
        }
        body
    }

    /// What is returned, by what the random code returned.
    fn answer(&mut self, parameters: usize) -> Vec<I<'static>> {
        let inner = I::LocalGet(local(parameters));
        let masked = |mask| vec![inner.clone(), I::I32Const(mask), I::I32And];
        match self.random.below(8) {
            // Wherever chance points.
            0 => vec![inner],
            // The same, as far as memory goes.
            1 => masked(0xfff8),
            // A failure, in words that nobody chose.
            2 => page([vec![I::I32Const(1)], masked(7), vec![I::I32Const(TEXT)], masked(31), masked(1), masked(63)]),
            // An honest, empty last page.
            3..5 => page([0, TEXT, 0, 1, TEXT, 0].map(|word| vec![I::I32Const(word)])),
            // Records, or streams, that are nearly some.
            _ => {
                let (count, words) = match self.random.below(3) {
                    0 => (1 + self.number(3), WORDS + 8 * self.number(8)),
                    _ => (1, WORDS),
                };
                let [ok, records, count] = [0, words, count].map(|word| vec![I::I32Const(word)]);
                page([ok, records, count, masked(1), vec![I::I32Const(TEXT)], masked(15)])
            }
        }
    }
}

/// A module without any random code, whose answers are empty.
pub(crate) fn honest() -> Vec<u8> {
    let empty = || page([0, TEXT, 0, 1, TEXT, 0].map(|word| vec![I::I32Const(word)]));
    let (mut types, mut functions, mut code, mut exports) =
        (TypeSection::new(), FunctionSection::new(), CodeSection::new(), ExportSection::new());
    let parts =
        [(STREAMS, STREAMS_PARAMS, empty()), (PULL, PULL_PARAMS, empty()), (REALLOC, STREAMS_PARAMS, allocator())];
    for (index, (name, parameters, body)) in (0..).zip(parts) {
        types.ty().function(vec![ValType::I32; parameters], [ValType::I32]);
        functions.function(index);
        exports.export(name, ExportKind::Func, index);
        code.function(&function(&body));
    }
    exports.export("memory", ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}

/// A function with one local beside its parameters.
fn function(body: &[I<'static>]) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    body.iter().chain([&I::End]).for_each(|instruction| {
        function.instruction(instruction);
    });
    function
}

/// The number of the local after so many parameters.
fn local(parameters: usize) -> u32 {
    u32::try_from(parameters).unwrap_or(0)
}

fn store(at: i32, word: I<'static>) -> [I<'static>; 3] {
    [I::I32Const(at), word, I::I32Store(MemArg { offset: 0, align: 2, memory_index: 0 })]
}

/// Six words at [`ANSWER`], and its address.
fn page(words: [Vec<I<'static>>; 6]) -> Vec<I<'static>> {
    let store = I::I32Store(MemArg { offset: 0, align: 2, memory_index: 0 });
    let put = |(index, word): (i32, Vec<I<'static>>)| {
        [vec![I::I32Const(ANSWER + 4 * index)], word, vec![store.clone()]].concat()
    };
    (0..).zip(words).flat_map(put).chain([I::I32Const(ANSWER)]).collect()
}

/// A heap that only grows, unless random code writes its mark.
fn allocator() -> Vec<I<'static>> {
    const SIZE: u32 = 3;
    const MINE: u32 = 4;
    let load = I::I32Load(MemArg { offset: 0, align: 2, memory_index: 0 });
    let here = [I::I32Const(HEAP), I::I32Const(MARK), load.clone(), I::I32Const(MARK), load, I::I32Eqz, I::Select];
    let aligned = [I::I32Const(7), I::I32Add, I::I32Const(-8), I::I32And, I::LocalSet(MINE)];
    let mark = [I::I32Const(MARK), I::LocalGet(MINE), I::LocalGet(SIZE), I::I32Add];
    let done = [I::I32Store(MemArg { offset: 0, align: 2, memory_index: 0 }), I::LocalGet(MINE)];
    here.into_iter().chain(aligned).chain(mark).chain(done).collect()
}
