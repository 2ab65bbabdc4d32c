;; A020: Gives the host the address 0 for everything.
(module
  <<memory>>
  <<reallocs>> (i32.const 0))
  <<streams>>
  <<pull>>)
