;; A005: Takes memory without end while it cleans up.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func (export "cabi_post_weighbridge:connector/source@0.1.0#pull") (param i32)
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    unreachable))
