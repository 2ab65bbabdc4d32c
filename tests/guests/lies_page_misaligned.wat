;; A020: Its page lies at an odd address.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (i32.const 1025)))
