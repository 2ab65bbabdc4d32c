;; A020: Gives the host an address where there is no memory.
(module
  <<memory>>
  <<reallocs>> (i32.const 0x7fff0000))
  <<streams>>
  <<pull>>)
