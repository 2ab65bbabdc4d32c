;; A020: Its page lies where there is no memory.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (i32.const 0x7ffffff0)))
