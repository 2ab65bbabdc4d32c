use wasm_encoder::{
    CodeSection, Component, ConstExpr, CustomSection, Function, FunctionSection, GlobalSection, GlobalType,
    Instruction, Module, ModuleSection, NameMap, NameSection, NestedComponentSection, RefType, TableSection, TableType,
    TypeSection, ValType,
};

use super::*;
use crate::package::fixture::{self, module_of};

/// What there is too much of, how many, and how many there may be.
fn too_many(component: &[u8]) -> Option<(&'static str, u64, u64)> {
    match walk(component) {
        Ok(_) => None,
        Err(PackageError::TooMany { what, count, max }) => Some((what, count, max)),
        Err(other) => panic!("{other:?}"),
    }
}

fn around(module: Module) -> Vec<u8> {
    fixture::component_around(&[module])
}

fn tables(elements: &[u64]) -> Module {
    let mut section = TableSection::new();
    for &minimum in elements {
        let element_type = RefType::FUNCREF;
        section.table(TableType { element_type, table64: false, minimum, maximum: None, shared: false });
    }
    let mut module = Module::new();
    module.section(&section);
    module
}

#[test]
fn what_stands_in_one_section_is_counted_by_the_piece() {
    let functions = |count: u32| {
        let (mut types, mut section, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        for _ in 0..count {
            section.function(0);
            code.function(Function::new([]).instruction(&Instruction::End));
        }
        let mut module = Module::new();
        module.section(&types).section(&section).section(&code);
        around(module)
    };
    assert_eq!(too_many(&functions(100_000)), None);
    assert_eq!(too_many(&functions(100_001)), Some(("functions", 100_001, 100_000)));
    let globals = |count: u32| {
        let mut section = GlobalSection::new();
        let plain = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
        for _ in 0..count {
            section.global(plain, &ConstExpr::i32_const(0));
        }
        let mut module = Module::new();
        module.section(&section);
        around(module)
    };
    assert_eq!(too_many(&globals(20_000)), None);
    assert_eq!(too_many(&globals(20_001)), Some(("globals", 20_001, 20_000)));
    assert_eq!(too_many(&around(tables(&[0; 64]))), None);
    assert_eq!(too_many(&around(tables(&[0; 65]))), Some(("tables", 65, 64)));
}

#[test]
fn what_stands_in_several_modules_adds_up() {
    let memories = |count| vec![fixture::module_with_memories(&[0]); count];
    assert_eq!(too_many(&fixture::component_around(&memories(8))), None);
    assert_eq!(too_many(&fixture::component_around(&memories(9))), Some(("memories", 9, 8)));
    let elements = |last| fixture::component_around(&[tables(&[50_000, 50_000]), tables(&[last])]);
    assert_eq!(too_many(&elements(100_000)), None);
    assert_eq!(too_many(&elements(100_001)), Some(("table elements", 200_001, 200_000)));
    let modules = |count| fixture::component_around(&vec![Module::new(); count]);
    assert_eq!(too_many(&modules(64)), None);
    assert_eq!(too_many(&modules(65)), Some(("modules", 65, 64)));
    let pages = fixture::component_around(&[fixture::module_with_memories(&[1]), fixture::module_with_memories(&[2])]);
    assert_eq!(walk(&pages).map(|survey| survey.memory_bytes).ok(), Some(3 * 65_536));
}

#[test]
fn components_within_one_another_and_beside_one_another_are_counted() {
    let beside = |count: usize| {
        let mut whole = Component::new();
        for _ in 0..count {
            whole.section(&NestedComponentSection(&Component::new()));
        }
        whole.finish()
    };
    assert_eq!(too_many(&beside(64)), None);
    assert_eq!(too_many(&beside(65)), Some(("nested components", 65, 64)));
    let within = |depth: usize, innermost: Component| {
        let wrap = |inner: Component, _| {
            let mut outer = Component::new();
            outer.section(&NestedComponentSection(&inner));
            outer
        };
        (0..depth).fold(innermost, wrap).finish()
    };
    assert_eq!(too_many(&within(4, Component::new())), None);
    assert_eq!(too_many(&within(5, Component::new())), Some(("levels of nesting", 5, 4)));
    let mut holder = Component::new();
    holder.section(&ModuleSection(&Module::new()));
    assert_eq!(too_many(&within(3, holder.clone())), None);
    assert_eq!(too_many(&within(4, holder)), Some(("levels of nesting", 5, 4)), "a module is a level, too");
}

#[test]
fn sections_are_counted_whatever_is_in_them() {
    let custom = |count: usize| {
        let mut whole = Component::new();
        let section = CustomSection { name: "x".into(), data: (&[][..]).into() };
        for _ in 0..count {
            whole.section(&section);
        }
        whole.finish()
    };
    // Beside them there are the header and the end.
    assert_eq!(too_many(&custom(19_998)), None);
    assert_eq!(too_many(&custom(19_999)), Some(("sections", 20_001, 20_000)));
}

#[test]
fn a_function_may_be_as_long_as_deep_and_as_branched_as_it_may_be() {
    use Instruction::{Block, BrTable, End, I32Const, Nop};
    // Beside the instructions there is the count of locals, and each has one byte.
    let long = |bytes: usize| around(module_of(&[vec![Nop; bytes - 2], vec![End]].concat()));
    assert_eq!(too_many(&long(1_048_576)), None);
    assert_eq!(too_many(&long(1_048_577)), Some(("bytes in one function", 1_048_577, 1_048_576)));
    // The function itself is one.
    let empty = wasm_encoder::BlockType::Empty;
    let deep = |blocks: usize| around(module_of(&[vec![Block(empty); blocks], vec![End; blocks + 1]].concat()));
    assert_eq!(too_many(&deep(4095)), None);
    assert_eq!(too_many(&deep(4096)), Some(("blocks within one another", 4097, 4096)));
    let branched = |last: usize| {
        let tables = [vec![60_000; 16], vec![last]].concat();
        let body: Vec<_> =
            tables.into_iter().flat_map(|count| [I32Const(0), BrTable(vec![0; count].into(), 0)]).collect();
        around(module_of(&[body, vec![End]].concat()))
    };
    assert_eq!(too_many(&branched(40_000)), None);
    assert_eq!(too_many(&branched(40_001)), Some(("branch targets", 1_000_001, 1_000_000)));
}

#[test]
fn a_functions_name_may_be_as_long_as_is_copied_when_it_traps() {
    let named = |bytes: usize| {
        let (mut names, mut functions) = (NameSection::new(), NameMap::new());
        functions.append(0, &"n".repeat(bytes));
        names.module(&"m".repeat(5000));
        names.functions(&functions);
        let mut module = module_of(&[Instruction::End]);
        module.section(&names);
        around(module)
    };
    assert_eq!(too_many(&named(4096)), None);
    assert_eq!(too_many(&named(4097)), Some(("bytes in one function's name", 4097, 4096)));
}

#[test]
fn only_what_stands_at_the_top_is_an_import_or_export() {
    let source = fixture::SOURCE;
    let inner = fixture::component(&[fixture::LOG], &[source]);
    let mut outer = Component::new();
    outer.section(&wasm_encoder::RawSection { id: 4, data: &inner });
    let outer = outer.finish();
    let survey = walk(&outer).expect("a component");
    assert!(survey.imports.is_empty() && survey.exports.is_empty());
    let survey = walk(&inner).expect("a component");
    assert_eq!((survey.imports.len(), survey.exports.as_slice()), (1, &[source.to_owned()][..]));
}

#[test]
fn what_a_nested_component_imports_says_nothing_of_the_imports_at_the_top() {
    use wasm_encoder::{ComponentBuilder, ComponentTypeRef};
    let mut whole = ComponentBuilder::default();
    let (called, mut function) = whole.type_function(None);
    function.params([] as [(&str, wasm_encoder::ComponentValType); 0]).result(None);
    whole.import(fixture::LOG, ComponentTypeRef::Func(called));
    let nested = fixture::component_of_types(&[fixture::LOG], &[]);
    whole.component_raw(None, &nested);
    let whole = whole.finish();
    let survey = walk(&whole).expect("a component");
    assert!(!survey.imports[0].only_types, "a function is no type, though an interface of its name is nested");
}
