;; A005: Takes memory without end at its start.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $begin
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    unreachable)
  (start $begin))
