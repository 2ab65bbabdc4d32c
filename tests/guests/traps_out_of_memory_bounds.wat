;; A016: Reads where there is no memory.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (i32.load (i32.const 0x7fff0000))))
