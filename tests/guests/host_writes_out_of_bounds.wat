;; A020: Has the host write its answer where there is no memory.
(module
  (import "weighbridge:connector/state@0.1.0" "keys" (func $keys (param i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $keys (i32.const 0x7ffffff0))
    (i32.const 1024)))
