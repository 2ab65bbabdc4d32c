;; A009: Calls itself without end while the host hands over the arguments.
(module
  <<memory>>
  <<reallocs>>
    (call $realloc (local.get $old) (local.get $had) (local.get $align) (local.get $size)))
  <<streams>>
  <<pull>>)
