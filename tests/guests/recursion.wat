;; A009: Calls itself without end.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $deeper (i64.const 1))
    drop
    (i32.const 1024))
  (func $deeper (param i64) (result i64)
    (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1))))
