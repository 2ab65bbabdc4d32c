;; A020: Its stream brings a kind that there is not.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (data (i32.const 1140) "\63"))
