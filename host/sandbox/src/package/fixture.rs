//! Small components and their manifests, for tests.

use wasm_encoder::{
    CodeSection, ComponentBuilder, ComponentExportKind, ComponentTypeRef, Function, FunctionSection, InstanceType,
    Instruction, MemorySection, MemoryType, Module, PrimitiveValType, TypeSection,
};

use super::{Manifest, assemble};

pub(crate) const SOURCE: &str = "weighbridge:connector/source@0.1.0";
pub(crate) const LOG: &str = "weighbridge:connector/log@0.1.0";
pub(crate) const HTTP: &str = "weighbridge:connector/http@0.1.0";

pub(crate) const TOML: &str = r#"
id = "acme/demo"
version = "1.2.0"
sequence = 7
title = "Demo"
license = "Apache-2.0"
kinds = ["repository", "commit"]

[[capabilities.http]]
host = "api.example.com"
methods = ["GET", "HEAD"]
path = "/v1/"

[[capabilities.auth]]
name = "token"
scheme = "bearer"
hosts = ["api.example.com"]

[budget]
cpu_ms = 4000

[settings]
type = "object"
additionalProperties = false
required = ["organisation"]
[settings.properties.organisation]
type = "string"
minLength = 1
"#;

pub(crate) fn manifest() -> Manifest {
    Manifest::from_toml(TOML).expect("the manifest of the fixture")
}

/// A package that would run, were it signed.
pub(crate) fn package() -> Vec<u8> {
    assemble(&component(&[LOG, HTTP], &[SOURCE]), &manifest()).expect("a package")
}

/// A component with interfaces of these names; each import has a function.
pub(crate) fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    build(imports, true, exports, &[])
}

/// A component whose imports are interfaces of types alone.
pub(crate) fn component_of_types(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    build(imports, false, exports, &[])
}

/// A component that holds core modules.
pub(crate) fn component_around(modules: &[Module]) -> Vec<u8> {
    build(&[], true, &[SOURCE], modules)
}

/// A core module with memories that start with so many pages each.
pub(crate) fn module_with_memories(pages: &[u64]) -> Module {
    let mut section = MemorySection::new();
    for &minimum in pages {
        section.memory(MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None });
    }
    let mut module = Module::new();
    module.section(&section);
    module
}

fn build(imports: &[&str], callable: bool, exports: &[&str], modules: &[Module]) -> Vec<u8> {
    let mut builder = ComponentBuilder::default();
    for name in imports {
        let ty = builder.type_instance(None, &interface(callable));
        builder.import(*name, ComponentTypeRef::Instance(ty));
    }
    for module in modules {
        builder.core_module(None, module);
    }
    let empty = builder.component(None, ComponentBuilder::default());
    for name in exports {
        let instance = builder.instantiate(None, empty, Vec::<(&str, ComponentExportKind, u32)>::new());
        builder.export(*name, ComponentExportKind::Instance, instance, None);
    }
    builder.finish()
}

fn interface(callable: bool) -> InstanceType {
    let mut interface = InstanceType::new();
    if callable {
        interface.ty().function().params([("line", PrimitiveValType::String)]).result(None);
        interface.export("call", ComponentTypeRef::Func(0));
    }
    interface
}

/// A module with one function of these instructions, without parameters, locals and results.
pub(crate) fn module_of(instructions: &[Instruction<'_>]) -> Module {
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([], []);
    functions.function(0);
    let mut body = Function::new([]);
    for instruction in instructions {
        body.instruction(instruction);
    }
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    module
}
