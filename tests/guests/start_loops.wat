;; A003: Never comes back from its start.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $begin (loop (br 0)))
  (start $begin))
