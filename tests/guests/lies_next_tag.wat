;; A020: There is neither more nor is it done.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1024) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\09\00\00\00" "\00\00\00\00" "\00\00\00\00"))
