;; A011, A020: It has four thousand million streams.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1096) "\ff\ff\ff\ff"))
