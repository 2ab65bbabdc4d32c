;; A009: Calls itself without end at its start.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $begin (call $begin))
  (start $begin))
