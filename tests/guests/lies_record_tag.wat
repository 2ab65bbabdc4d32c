;; A020: Its record is of a sort that there is not.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\08\00\00" "\01\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00") (data (i32.const 2048) "\c8"))
