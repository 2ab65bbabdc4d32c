;; A020: Its result is neither a page nor a failure.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\07\00\00\00" "\00\00\00\00" "\00\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00"))
