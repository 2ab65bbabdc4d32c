;; A016: Traps at its start.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $begin unreachable)
  (start $begin))
