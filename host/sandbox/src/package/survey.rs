//! One walk through a component: validated with the features that plugins may use, counted against bounds that keep
//! the compiler's work small, and its manifest, imports and exports found.

use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::Types;
use wasmparser::{
    BinaryReaderError, ComponentExternalKind, ComponentTypeRef, FuncToValidate, FuncValidatorAllocations, FunctionBody,
    KnownCustom, Name, NameSectionReader, Operator, Parser, Payload, ValidPayload, Validator, ValidatorResources,
};

use super::MANIFEST_SECTION;
use super::screen::{ENGINE_FEATURES, PackageError};

const WASM_PAGE: u64 = 65_536;

/// What may be in one package, everything nested counted. A Python runtime, the largest guest there is, keeps them.
const BOUNDS: Counts = Counts {
    depth: 4,
    modules: 64,
    components: 64,
    sections: 20_000,
    functions: 100_000,
    memories: 8,
    tables: 64,
    table_elements: 200_000,
    globals: 20_000,
    branch_targets: 1_000_000,
};
/// Bytes of one function's body.
const MAX_BODY_BYTES: u64 = 1024 * 1024;
/// Bytes of one function's name. The names of a trap's frames are copied while it is told.
pub(crate) const MAX_NAME: usize = 4096;
/// Blocks within one another.
const MAX_NESTING: u64 = 4096;

#[derive(Default)]
struct Counts {
    depth: u64,
    modules: u64,
    components: u64,
    sections: u64,
    functions: u64,
    memories: u64,
    tables: u64,
    table_elements: u64,
    globals: u64,
    branch_targets: u64,
}

/// What the walk found at the top level.
#[derive(Default)]
pub(super) struct Survey<'a> {
    pub(super) manifest: Option<&'a [u8]>,
    pub(super) imports: Vec<Import>,
    pub(super) exports: Vec<String>,
    /// What all memories have at the start.
    pub(super) memory_bytes: u64,
    counts: Counts,
}

/// One import of the component.
pub(super) struct Import {
    pub(super) name: String,
    /// Whether it is an interface of which only types are used: nothing that could be called.
    pub(super) only_types: bool,
}

/// Walk through it.
pub(super) fn walk(bytes: &[u8]) -> Result<Survey<'_>, PackageError> {
    let mut survey = Survey::default();
    let mut validator = Validator::new_with_features(ENGINE_FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut parser = Parser::new(0);
    parser.set_features(ENGINE_FEATURES);
    for payload in parser.parse_all(bytes) {
        let payload = payload.map_err(PackageError::Invalid)?;
        survey.visit(&payload)?;
        match validator.payload(&payload).map_err(PackageError::Invalid)? {
            ValidPayload::Func(function, body) => allocations = survey.function(function, &body, allocations)?,
            ValidPayload::End(types) if survey.counts.depth == 0 => survey.mark_types(&types),
            ValidPayload::Ok | ValidPayload::Parser(_) | ValidPayload::End(_) => {}
        }
        if let Payload::End(_) = payload {
            survey.counts.depth = survey.counts.depth.saturating_sub(1);
        }
    }
    Ok(survey)
}

impl<'a> Survey<'a> {
    fn visit(&mut self, payload: &Payload<'a>) -> Result<(), PackageError> {
        let top = self.counts.depth == 0;
        // Functions are counted where they are declared: their bodies are no sections.
        if !matches!(payload, Payload::CodeSectionEntry(_)) {
            bump("sections", &mut self.counts.sections, 1, BOUNDS.sections)?;
        }
        match payload {
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                self.found_manifest(section.data(), top)?;
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    check_names(names)?;
                }
            }
            Payload::ModuleSection { .. } => {
                bump("modules", &mut self.counts.modules, 1, BOUNDS.modules)?;
                bump("levels of nesting", &mut self.counts.depth, 1, BOUNDS.depth)?;
            }
            Payload::ComponentSection { .. } => {
                bump("nested components", &mut self.counts.components, 1, BOUNDS.components)?;
                bump("levels of nesting", &mut self.counts.depth, 1, BOUNDS.depth)?;
            }
            Payload::ComponentImportSection(section) if top => self.found_imports(section.clone()).map_err(invalid)?,
            Payload::ComponentExportSection(section) if top => self.found_exports(section.clone()).map_err(invalid)?,
            Payload::FunctionSection(section) => {
                bump("functions", &mut self.counts.functions, section.count().into(), BOUNDS.functions)?;
            }
            Payload::GlobalSection(section) => {
                bump("globals", &mut self.counts.globals, section.count().into(), BOUNDS.globals)?;
            }
            Payload::MemorySection(section) => {
                bump("memories", &mut self.counts.memories, section.count().into(), BOUNDS.memories)?;
                for memory in section.clone() {
                    let bytes = memory.map_err(invalid)?.initial.saturating_mul(WASM_PAGE);
                    self.memory_bytes = self.memory_bytes.saturating_add(bytes);
                }
            }
            Payload::TableSection(section) => {
                bump("tables", &mut self.counts.tables, section.count().into(), BOUNDS.tables)?;
                for table in section.clone() {
                    let elements = table.map_err(invalid)?.ty.initial;
                    bump("table elements", &mut self.counts.table_elements, elements, BOUNDS.table_elements)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn found_manifest(&mut self, data: &'a [u8], top: bool) -> Result<(), PackageError> {
        match (top, self.manifest.replace(data)) {
            (false, _) => Err(PackageError::ManifestNested),
            (true, Some(_)) => Err(PackageError::ManifestTwice),
            (true, None) => Ok(()),
        }
    }

    fn found_imports(
        &mut self,
        section: wasmparser::ComponentImportSectionReader<'a>,
    ) -> Result<(), BinaryReaderError> {
        for import in section {
            let import = import?;
            // Types may stand alone; whether an instance has functions is known when its type is.
            let only_types = matches!(import.ty, ComponentTypeRef::Type(_));
            self.imports.push(Import { name: import.name.name.to_owned(), only_types });
        }
        Ok(())
    }

    fn found_exports(
        &mut self,
        section: wasmparser::ComponentExportSectionReader<'a>,
    ) -> Result<(), BinaryReaderError> {
        for export in section {
            let export = export?;
            if export.kind == ComponentExternalKind::Instance {
                self.exports.push(export.name.name.to_owned());
            }
        }
        Ok(())
    }

    fn mark_types(&mut self, types: &Types) {
        for import in &mut self.imports {
            if let Some(item) = types.component_item_for_import(&import.name)
                && let ComponentEntityType::Instance(id) = item.ty
            {
                import.only_types =
                    types[id].exports.values().all(|item| matches!(item.ty, ComponentEntityType::Type { .. }));
            }
        }
    }

    /// Validate one function, and measure what makes a function slow to compile.
    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        allocations: FuncValidatorAllocations,
    ) -> Result<FuncValidatorAllocations, PackageError> {
        bump("bytes in one function", &mut 0, body.range().len() as u64, MAX_BODY_BYTES)?;
        let mut validator = function.into_validator(allocations);
        validator.read_locals(&mut body.get_binary_reader()).map_err(invalid)?;
        let mut operators = body.get_operators_reader().map_err(invalid)?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset().map_err(invalid)?;
            validator.op(offset, &operator).map_err(invalid)?;
            if let Operator::BrTable { targets } = &operator {
                bump("branch targets", &mut self.counts.branch_targets, targets.len().into(), BOUNDS.branch_targets)?;
            }
            bump("blocks within one another", &mut 0, validator.control_stack_height().into(), MAX_NESTING)?;
        }
        operators.finish().map_err(invalid)?;
        Ok(validator.into_allocations())
    }
}

/// The engine takes the names up to the first that it cannot read, and so much is looked at here.
fn check_names(sections: NameSectionReader<'_>) -> Result<(), PackageError> {
    for section in sections.map_while(Result::ok) {
        let Name::Function(functions) = section else { continue };
        for function in functions.into_iter().map_while(Result::ok) {
            bump("bytes in one function's name", &mut 0, function.name.len() as u64, MAX_NAME as u64)?;
        }
    }
    Ok(())
}

fn bump(what: &'static str, counter: &mut u64, by: u64, max: u64) -> Result<(), PackageError> {
    *counter = counter.saturating_add(by);
    if *counter > max { Err(PackageError::TooMany { what, count: *counter, max }) } else { Ok(()) }
}

fn invalid(error: BinaryReaderError) -> PackageError {
    PackageError::Invalid(error)
}

#[cfg(test)]
mod tests;
