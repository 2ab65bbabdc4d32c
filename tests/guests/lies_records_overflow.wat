;; A011, A020: It has four thousand million records, whose size overflows.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\08\00\00" "\ff\ff\ff\ff" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00"))
