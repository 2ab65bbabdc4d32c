;; A003, A004: Never comes back while the host hands over the arguments.
(module
  <<memory>>
  <<reallocs>> (loop (br 0)) unreachable)
  <<streams>>
  <<pull>>)
