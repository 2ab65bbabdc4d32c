;; A016: Calls a function that is not there.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call_indirect (result i32) (i32.const 0)))
  (table 1 funcref))
