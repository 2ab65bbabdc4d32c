;; A009: Calls itself without end, with a thousand values on the stack each time.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (drop (call $deeper (i64.const 1)))
    (i32.const 1024))
  (func $deeper (param i64) (result i64)
    [[1000 x (i64.mul (local.get 0) (i64.const {i}))
    ]](call $deeper (i64.add (local.get 0) (i64.const 1)))
    [[1000 x i64.xor ]]))
