;; A020, A056: Its cursor lies where there is no memory.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\ff\ff\ff\7f" "\10\00\00\00"))
