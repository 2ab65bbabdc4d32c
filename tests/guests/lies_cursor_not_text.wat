;; A020, A056: Its cursor is not UTF-8.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\00\08\00\00" "\04\00\00\00") (data (i32.const 2048) "a\ff\fe\80"))
