;; A007: Takes a place in its table at a time, as far as it goes.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1)) (i32.const -1))))
    (if (i32.gt_u (table.size $t) (i32.const 20000)) (then unreachable))
    (i32.const 1024))
  (table $t 1 funcref))
