;; A005: Takes sixty-four megabytes for each argument.
(module
  <<memory>>
  <<reallocs>>
    (if (i32.eq (memory.grow (i32.const 1024)) (i32.const -1)) (then unreachable))
    (i32.const 0x9000))
  <<streams>>
  <<pull>>)
