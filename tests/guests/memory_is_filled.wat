;; A005: Takes all that it may have, and fills it again and again.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (loop $again
      (memory.fill (i32.const 0x9000) (i32.const 7) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 0x9000)))
      (br $again))
    unreachable))
