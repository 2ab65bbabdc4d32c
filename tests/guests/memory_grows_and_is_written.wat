;; A005: Takes all that it may have, and writes every page of it.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (local $at i32)
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (local.set $at (i32.const 0x9000))
    (loop $next
      (i32.store8 (local.get $at) (i32.const 1))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $next (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
    (i32.const 1024)))
