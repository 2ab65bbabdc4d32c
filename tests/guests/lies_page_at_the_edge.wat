;; A020: The first half of its page lies in memory, the second behind it.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (i32.const 131064)))
