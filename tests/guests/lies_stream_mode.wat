;; A020: Its stream moves in no known way.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1112) "\09"))
