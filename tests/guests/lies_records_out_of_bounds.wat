;; A020: Its records lie where there is no memory.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\f0\ff\ff\ff" "\01\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00"))
