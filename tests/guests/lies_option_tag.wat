;; A020: The parent of its team is neither there nor missing.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\08\00\00" "\01\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00") (data (i32.const 2048) "\01") (data (i32.const 2056) "\00\10\00\00" "\01\00\00\00" "\00\10\00\00" "\01\00\00\00" "\05") (data (i32.const 4096) "x"))
