;; A006: Has twenty megabytes of data.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $grow (drop (memory.grow (i32.const 400))))
  (data $d "[[2000000 x 0123456789]]")
  (func (export "fill") (memory.init $d (i32.const 0x10000) (i32.const 0) (i32.const 20000000))))
