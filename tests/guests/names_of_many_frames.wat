;; A015: Traps a thousand calls deep, each with a name of four thousand bytes.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $g (i32.const 1000))
    (i32.const 1024))
  (func $g (@name "[[4000 x n]]") (param i32)
    (if (i32.eqz (local.get 0)) (then unreachable))
    (call $g (i32.sub (local.get 0) (i32.const 1)))))
