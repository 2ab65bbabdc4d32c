;; A007: Has more places in its table than an instance has, and fewer than a package may have.
(module
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (table 100000 funcref))
