;; A005: Asks for four gigabytes at once, and cannot do without.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (if (i32.eq (memory.grow (i32.const 65000)) (i32.const -1)) (then unreachable))
    (i32.const 1024)))
