;; A015: The function that traps is named after an escape sequence, and turns the reading direction.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $"\1b[2Jall is well\e2\80\ae\0d\0ainnocent")
    (i32.const 1024))
  (func $"\1b[2Jall is well\e2\80\ae\0d\0ainnocent" unreachable))
