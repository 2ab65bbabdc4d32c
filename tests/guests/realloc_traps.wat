;; A016: Traps while the host hands over the arguments.
(module
  <<memory>>
  <<reallocs>> unreachable)
  <<streams>>
  <<pull>>)
