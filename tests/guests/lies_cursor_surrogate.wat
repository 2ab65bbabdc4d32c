;; A020, A056: Its cursor is half of a character, as UTF-16 has them.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\00\08\00\00" "\03\00\00\00") (data (i32.const 2048) "\ed\a0\80"))
