;; A016: Traps before it has named a stream.
(module
  <<memory>>
  <<realloc>>
  (func (export "weighbridge:connector/source@0.1.0#streams") (param i32 i32 i32 i32) (result i32) unreachable)
  <<pull>>)
