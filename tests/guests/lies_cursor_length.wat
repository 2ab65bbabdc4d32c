;; A011, A056: Its cursor has four thousand million bytes.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\00\08\00\00" "\ff\ff\ff\ff"))
