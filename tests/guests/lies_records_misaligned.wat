;; A020: Its records lie at an odd address.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\01\08\00\00" "\01\00\00\00" "\01\00\00\00" "\00\00\00\00" "\00\00\00\00"))
