;; A007: Asks for ten million places in its table, again and again, and is refused each time.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (local $times i32)
    (loop $again
      (if (i32.ne (table.grow $t (ref.null func) (i32.const 10000000)) (i32.const -1)) (then unreachable))
      (local.set $times (i32.add (local.get $times) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $times) (i32.const 1000))))
    (i32.const 1024))
  (table $t 1 funcref))
