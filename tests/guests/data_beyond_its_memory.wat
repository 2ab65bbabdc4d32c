;; A006: Has data for where there is no memory.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 0x7fff0000) "x"))
